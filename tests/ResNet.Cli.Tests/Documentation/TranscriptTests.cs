using System.Text.RegularExpressions;
using ResNet.Torch;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>docs/command-line.md: what its commands answer is what they answer today.</summary>
[TestClass]
public sealed partial class TranscriptTests
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
            var quicker = transcript with { Command = Steps().Replace(transcript.Command, "--steps 12") };
            var again = Transcript.Forms(quicker.Again(), classes);

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

    [GeneratedRegex("--steps [0-9]+")]
    private static partial Regex Steps();

    /// <summary>Files of the names that the page has, in the current folder.</summary>
    static void Prepare()
    {
        File.WriteAllLines("cifar10.txt", classes);
        using (var network = ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes.Length))
            network.Save("cifar-resnet20.th"); // the content says what it is
        PublishedFiles.WriteIdx("fashion-mnist", "train", 30);
        PublishedFiles.WriteIdx("fashion-mnist", "t10k", 6);
        var photos = Directory.GetFiles("photos", "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        foreach (var (part, perClass) in new[] { ("train", 10), ("test", 2) }) // of 10 a tenth can be held back
        {
            foreach (var (place, name) in classes.Index())
            {
                var folder = Directory.CreateDirectory(Path.Combine("cifar10", part, name)).FullName;
                for (var i = 0; i < perClass; i++)
                    File.Copy(photos[(place + i) % photos.Length], Path.Combine(folder, $"{i:D4}.jpg"));
            }
        }
    }
}
