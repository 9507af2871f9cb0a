using System.IO.Compression;
using Microsoft.ML;
using ResNet.MLNet.Tests.Saving;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>Model files and images that cannot be scored: examples/score.cs says which file and why, where ML.NET does not.</summary>
[TestClass]
public sealed class DamagedModelTests
{
    const string Network = "/OnnxModel";

    static readonly MLContext mlContext = new();

    static TemporaryFolder images = null!;
    static TemporaryFolder models = null!;
    static byte[] good = [];

    [ClassInitialize]
    public static void SaveModel(TestContext _)
    {
        images = TestImages.Files(perClass: 1);
        models = new();
        var files = mlContext.Data.LoadImageFolder(images.Path);
        using var classifier = SavedForm.Classifier(1);
        using var model = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size))
            .Append(mlContext.Transforms.ResNetScorer(classifier))
            .Fit(files);
        mlContext.Model.SaveAtomically(model, files.Schema, models.File("good.zip"));
        good = File.ReadAllBytes(models.File("good.zip"));
    }

    [ClassCleanup]
    public static void CleanUp()
    {
        models.Dispose();
        images.Dispose();
    }

    public TestContext TestContext { get; set; } = null!;

    static string Image => Directory.GetFiles(images.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();

    /// <summary>The model file with one part of it replaced, the one whose name ends so, in a zip that is whole.</summary>
    static byte[] Edited(string nameEnd, Func<byte[], byte[]> edit) => Edited(good, nameEnd, edit);

    static byte[] Edited(byte[] model, string nameEnd, Func<byte[], byte[]> edit)
    {
        using var file = new MemoryStream();
        file.Write(model);
        using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = zip.Entries.Where(entry => entry.FullName.EndsWith(nameEnd, StringComparison.Ordinal)).MinBy(entry => entry.FullName.Length)!;
            var bytes = new byte[entry.Length];
            using var content = entry.Open();
            content.ReadExactly(bytes);
            var edited = edit(bytes);
            content.SetLength(0);
            content.Write(edited);
        }
        return file.ToArray();
    }

    static byte[] With(byte[] bytes, int at, params ReadOnlySpan<byte> values)
    {
        values.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>The program's message for a model file; ML.NET's own is told beside it.</summary>
    string Refusal(byte[] file)
    {
        var path = models.File("model.zip");
        File.WriteAllBytes(path, file);
        TestContext.WriteLine($"ML.NET: {WhatMLNetSays(path)}");

        var result = ScoreProgram.Run(path, Image);

        TestContext.WriteLine($"score.cs: {result.Error}");
        Assert.AreEqual(1, result.ExitCode);
        Assert.AreEqual("", result.Output);
        Assert.IsEmpty(result.Leftovers);
        Assert.StartsWith($"{path} ", result.Error);
        Assert.HasCount(1, result.Error.TrimEnd().Split('\n'));
        return result.Error;
    }

    static string WhatMLNetSays(string path)
    {
        using var temporary = new TemporaryFolder();
        try
        {
            ((IDisposable)new MLContext { TempFilePath = temporary.Path }.Model.Load(path, out _)).Dispose();
            return "loaded";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message.Split('\n')[0]} ({e.GetBaseException().GetType().Name}: {e.GetBaseException().Message})";
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(100)]
    [DataRow(-1)]
    [DataRow(-100_000)]
    public void Score_TruncatedModel_SaysSo(int length) =>
        Assert.Contains("is no model file of ML.NET, or a damaged one. Copy it here again, or save the model again (", Refusal(good[..(length < 0 ? good.Length + length : length)]));

    [TestMethod]
    public void Score_OneBitOfAWeightFlipped_IsNoticedThoughMLNetLoadsIt()
    {
        // The weights are compressed: some bits change so much behind them that the graph around the weights is hit too, which ML.NET does notice.
        var loaded = Enumerable.Range(0, 50).Select(i => Flipped(good.Length / 2 + 97 * i)).FirstOrDefault(file =>
        {
            File.WriteAllBytes(models.File("model.zip"), file);
            return WhatMLNetSays(models.File("model.zip")) == "loaded";
        });

        Assert.IsNotNull(loaded);
        Assert.Contains($"{Network} is another", Refusal(loaded));

        byte[] Flipped(int at)
        {
            byte[] file = [.. good];
            file[at] ^= 1;
            return file;
        }
    }

    [TestMethod]
    public void Score_ModelOfALaterVersion_NamesBothVersions()
    {
        const int versionReadable = 12; // bytes into the header: the version from which on readers can read it
        var later = Edited("Version.txt", _ => "9.1.2+0123456789abcdef\n"u8.ToArray());

        var message = Refusal(Edited(later, "TransformerChain/Model.key", key => With(key, versionReadable, 2, 0, 2, 0)));

        Assert.Contains("was saved by ML.NET 9.1.2, and this program's 5.0.1 cannot load it. Use the version that saved it (Corrupt file header)", message);
    }

    [TestMethod]
    public void Score_NetworkThatIsNoGraph_SaysSo() =>
        Assert.Contains("cannot be loaded. It was changed after ML.NET 5.0.1 saved it (", Refusal(Edited(Network, onnx => With(onnx, 0, 255, 255, 255, 255))));

    [TestMethod]
    public void Score_NetworkCutOff_SaysSo() =>
        Assert.Contains("cannot be loaded. It was changed after ML.NET 5.0.1 saved it (", Refusal(Edited(Network, onnx => onnx[..(onnx.Length / 2)])));

    [TestMethod]
    public void Score_NetworkOfAnUnknownOperator_NamesIt()
    {
        var message = Refusal(Edited(Network, onnx => With(onnx, onnx.AsSpan().IndexOf("Relu"u8), "Rexu"u8)));

        Assert.Contains("No Op registered for Rexu", message);
        Assert.DoesNotContain("   at ", message);
    }

    [TestMethod]
    public void Score_ModelWithoutLoadImages_SaysWhichColumnsAreNeeded()
    {
        SavedForm.All[0].Save(SavedForm.Classifier(1), models.File("images.zip"));

        Assert.Contains("It must read the columns ImagePath and Label (text), and give Score (Could not find input column 'Image'", Refusal(File.ReadAllBytes(models.File("images.zip"))));
    }

    [TestMethod]
    public void Score_ZipOfSomethingElse_SaysSo()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            zip.CreateEntry("notes.txt");

        Assert.Contains("is no model file of ML.NET", Refusal(file.ToArray()));
    }

    [TestMethod]
    public void Score_NoModelFile_SaysSo()
    {
        var result = ScoreProgram.Run(models.File("nowhere.zip"), Image);

        Assert.AreEqual(1, result.ExitCode);
        Assert.AreEqual($"There is no file {models.File("nowhere.zip")}.", result.Error.Trim());
    }

    [TestMethod]
    public void Score_ImagesThatCannotBeScored_AreNamedAndTheOthersScored()
    {
        File.WriteAllBytes(models.File("model.zip"), good);
        var text = models.File("text.png");
        var cut = models.File("cut.png");
        File.WriteAllText(text, "no picture");
        File.WriteAllBytes(cut, File.ReadAllBytes(Image)[..20]);

        var result = ScoreProgram.Run(models.File("model.zip"), text, Image, models.File("nowhere.png"), cut, Image);

        TestContext.WriteLine(result.Error);
        Assert.AreEqual(1, result.ExitCode);
        Assert.HasCount(2, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith($"{Image}: ", StringComparison.Ordinal)).ToList());
        var errors = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(3, errors);
        Assert.StartsWith($"{text} cannot be scored. It is no image that can be decoded, or a damaged one (", errors[0]);
        Assert.AreEqual($"There is no file {models.File("nowhere.png")}.", errors[1]);
        Assert.StartsWith($"{cut} cannot be scored. ", errors[2]);
    }
}
