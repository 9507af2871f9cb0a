using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>The short examples on a few images of plain colours, and what they leave for one another.</summary>
[TestClass]
public sealed class ScriptTests
{
    const int Size = 32;

    static readonly string[] classes = ["blue", "green", "red"];
    static readonly MLContext mlContext = new(seed: 1);

    static TemporaryFolder images = null!;
    static TemporaryFolder folder = null!; // where the programs run
    static ImageClassifier network = null!; // knows the colours
    static string weights = "";

    public required TestContext TestContext { get; init; }

    static IDataView Files => mlContext.Data.LoadImageFolder(images.Path);

    static string[] Paths => [.. Files.GetColumn<string>("ImagePath")];

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        (images, folder) = (new(), new());
        for (var i = 0; i < 18; i++)
            WriteImage(images.File(classes[i % 3], $"{i / 3}.png"), channel: i % 3, new Random(i));
        network = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.ResNetClassifier(TestImages.Options with
            {
                ImageColumnName = "ImagePath",
                Preset = ImagePreset.ImageNet(Size, Size),
                Training = TestImages.Brief with { Epochs = 12 },
            }))
            .Fit(Files).LastTransformer.Classifier;
        weights = folder.File("colours.safetensors");
        network.Save(weights);
    }

    [ClassCleanup]
    public static void CleanUp()
    {
        network.Dispose();
        folder.Dispose();
        images.Dispose();
    }

    /// <summary>Noise that is bright in one channel.</summary>
    static void WriteImage(string path, int channel, Random random)
    {
        var pixels = new byte[Size * Size * 4];
        random.NextBytes(pixels);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = i % 4 == 3 ? (byte)255 : (byte)(pixels[i] / 3 + (i % 4 == channel ? 160 : 0)); // Bgra: blue first
        using var image = MLImage.CreateFromPixels(Size, Size, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
    }

    static double[] Numbers(string line) => [.. Regex.Matches(line, @"\d\.\d+(E[+-]\d+)?").Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];

    /// <summary>Each line is FILE: LABEL (LABEL p, …); label and p are the network's own.</summary>
    static void AssertScores(string[] lines)
    {
        Assert.HasCount(Paths.Length, lines);
        foreach (var (line, path) in lines.Zip(Paths))
        {
            var (best, p) = network.ClassNames.Zip(network.ScoreFile(path)).MaxBy(score => score.Second);
            Assert.AreEqual(Path.GetFileName(Path.GetDirectoryName(path)), best); // there is something to confuse
            Assert.StartsWith($"{path}: {best} ({best} ", line);
            Assert.AreEqual(p, Numbers(line[path.Length..])[0], 2e-3);
        }
    }

    [TestMethod]
    public void Train_OneEpoch_SavesBothForms()
    {
        var last = ExampleProgram.LastLine("train.cs", folder.Path, images.Path, "1");

        StringAssert.Matches(last, new(@"^micro-accuracy [01]\.\d{3}, macro-accuracy [01]\.\d{3}, log-loss \d+\.\d{3} on images held out$"));
        using var saved = ImageClassifier.Load(folder.File("model.safetensors"));
        CollectionAssert.AreEqual(classes, saved.ClassNames.ToArray());
        using var model = (IDisposable)mlContext.Model.Load(folder.File("model.zip"), out var schema);
        CollectionAssert.AreEqual(new[] { "ImagePath", "Label" }, schema.Select(column => column.Name).ToArray());
        Assert.HasCount(Paths.Length, ((ITransformer)model).Transform(Files).GetColumn<float[]>("Score").ToList());
    }

    [TestMethod]
    public void Consume_SavedModel_GivesEveryLabelAndProbability()
    {
        using var scorer = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Image", Size, Size))
            .Append(mlContext.Transforms.ResNetScorer(network))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Files);
        mlContext.Model.SaveAtomically(scorer, Files.Schema, folder.File("colours.zip"));

        var result = ExampleProgram.Run("consume.cs", folder.Path, images.Path, "colours.zip");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        AssertScores(result.Lines);
    }

    [TestMethod]
    public void FineTune_NetworkThatKnowsTheClasses_IsAheadOfAFreshOne()
    {
        var accuracies = Numbers(ExampleProgram.LastLine("fine-tune.cs", folder.Path, images.Path, weights, "2"));

        Assert.AreEqual(1, accuracies[0]);
        Assert.IsLessThan(accuracies[0], accuracies[1]);
    }

    [TestMethod]
    public void FeaturesLightGbm_NetworkThatKnowsTheClasses_FindsThem()
    {
        if (!NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmMulticlassTrainer).Assembly, searchPath: null, out _))
        {
            TestContext.WriteLine("Left out: LightGBM's native library does not load here (on Linux it needs libgomp).");
            return;
        }

        Assert.AreEqual("micro-accuracy 1.000 on images held out", ExampleProgram.LastLine("features-lightgbm.cs", folder.Path, images.Path, weights));
    }

    [TestMethod]
    public void CrossValidate_TwoFolds_TellsTheirMeanAndDeviation()
    {
        var result = ExampleProgram.Run("cross-validate.cs", folder.Path, images.Path, "2", "1");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        var folds = result.Lines.Where(line => line.StartsWith("fold ", StringComparison.Ordinal)).Select(line => Numbers(line)[0]).ToArray();
        Assert.HasCount(2, folds);
        var told = Numbers(result.Lines[^1]);
        Assert.AreEqual((folds[0] + folds[1]) / 2, told[0], 1.1e-3);
        Assert.AreEqual(Math.Abs(folds[0] - folds[1]) / Math.Sqrt(2), told[1], 1.1e-3); // of two
    }

    [TestMethod]
    public void Resume_StoppedTraining_EndsAsOneThatWasNot()
    {
        var result = ExampleProgram.Run("resume.cs", folder.Path, images.Path, "3");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual("the scores of 18 images are the same, to the last bit", result.Lines[^1]);
        Assert.HasCount(2, result.Lines.Where(line => line.StartsWith("epoch 1/3 ", StringComparison.Ordinal)).ToList()); // it was not trained anew
        Assert.IsTrue(result.Lines.Any(line => line.StartsWith("stopped; ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void ExportOnnx_OneEpoch_GivesTheSameProbabilities()
    {
        Assert.IsLessThan(1e-4, Numbers(ExampleProgram.LastLine("export-onnx.cs", folder.Path, images.Path, "1"))[0]);

        Assert.IsTrue(File.Exists(folder.File("model.onnx")));
    }

    [TestMethod]
    public void ScoreOnnx_ExportedNetwork_GivesEveryLabelAndProbability()
    {
        network.ExportOnnx(folder.File("colours.onnx"), new() { Input = ExportInput.InterleavedBytes, Output = ExportOutput.Probabilities });

        var result = ExampleProgram.Run("score-onnx.cs", folder.Path, images.Path, "colours.onnx");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        AssertScores(result.Lines);
    }
}
