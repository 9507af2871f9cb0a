using ResNet.Torch;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>docs/command-line.md: what its commands answer is what they answer today.</summary>
[TestClass]
public sealed class TranscriptTests
{
    static readonly string[] classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    [TestMethod]
    public void ModelsAndSummary_RunAgain_AnswerTheSame()
    {
        var transcripts = Transcript.All.Where(one => one.Arguments is ["models" or "summary", ..]).ToList();

        Assert.HasCount(2, transcripts);
        foreach (var transcript in transcripts)
            Assert.AreEqual(string.Join('\n', transcript.Answer), string.Join('\n', transcript.Again()), transcript.Command);
    }

    /// <summary>The files of reference are those of VerifyCommandTests.</summary>
    [TestMethod]
    public void Commands_OnFewDrawnImages_AnswerInTheSameForm()
    {
        using var workshop = new Workshop();
        Prepare();
        foreach (var transcript in Transcript.All.Where(one => one.Arguments is not (null or ["models" or "summary" or "verify", ..])))
        {
            var again = Transcript.Forms(transcript.Again(), classes);

            var missing = Transcript.Forms(transcript.Answer, classes).Except(again).ToList();
            Assert.IsEmpty(missing, $"{transcript.Command}: the page has\n{string.Join('\n', missing)}\nthe tool says\n{string.Join('\n', again)}");
        }
    }

    [TestMethod]
    public void EveryCommandOfTheTool_HasATranscript()
    {
        var told = Transcript.All.SelectMany(one => one.Line.Commands).Select(ShellLine.ToolArguments).OfType<string[]>().Select(arguments => arguments[0]).ToHashSet();

        CollectionAssert.AreEquivalent(ResNetTool.Root().Subcommands.Select(command => command.Name).ToArray(), told.ToArray());
    }

    /// <summary>Files of the names that the page has, in the current folder.</summary>
    static void Prepare()
    {
        File.WriteAllLines("cifar10.txt", classes);
        using (var network = ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes.Length))
            network.Save("cifar-resnet20.th"); // the content says what it is
        foreach (var (place, name) in classes.Index())
        {
            foreach (var (index, path) in Directory.GetFiles("photos", "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Skip(place).Take(6).Index())
            {
                var folder = Directory.CreateDirectory(Path.Combine("cifar10", index < 3 ? "test" : "train", name)).FullName;
                File.Copy(path, Path.Combine(folder, $"{index:D4}.jpg"));
            }
        }
    }
}
