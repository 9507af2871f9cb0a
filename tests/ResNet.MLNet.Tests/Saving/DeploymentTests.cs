using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>A trained pipeline in a program that has ML.NET and ONNX Runtime alone.</summary>
[TestClass]
public sealed class DeploymentTests
{
    static readonly MLContext mlContext = new(seed: 1);

    static TemporaryFolder images = null!; // files of 24×24, which the pipeline resizes
    static TemporaryFolder models = null!;
    static TransformerChain<KeyToValueMappingTransformer> trained = null!;
    static string model = "";

    static IDataView Files => mlContext.Data.LoadImageFolder(images.Path);

    static string[] Paths => [.. Files.GetColumn<string>("ImagePath")];

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        images = TestImages.Files(perClass: 5, size: 24);
        models = new();
        trained = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
            .Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size))
            .Append(mlContext.Transforms.ResNetClassifier(TestImages.Options with { Variant = ResNetVariant.ResNet20, Training = TestImages.Brief with { Epochs = 3 } }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Files);
        model = models.File("model.zip");
        mlContext.Model.Save(trained, Files.Schema, model);
    }

    [ClassCleanup]
    public static void CleanUp()
    {
        trained.Dispose();
        models.Dispose();
        images.Dispose();
    }

    static void AssertSame(ScoreProgram.Line[] lines, string[] labels, float[][] scores)
    {
        CollectionAssert.AreEqual(Paths, lines.Select(line => line.File).ToArray());
        CollectionAssert.AreEqual(labels, lines.Select(line => line.PredictedLabel).ToArray());
        foreach (var (line, expected) in lines.Zip(scores))
        {
            Assert.HasCount(expected.Length, line.Scores);
            for (var i = 0; i < expected.Length; i++)
                Assert.AreEqual(expected[i], line.Scores[i], 1e-5f);
        }
    }

    [TestMethod]
    public void Score_TrainedPipeline_GivesEveryLabelAndScoreOfTheProgramThatTrained()
    {
        var rows = trained.Transform(Files);
        var scores = rows.GetColumn<float[]>("Score").ToArray();
        Assert.IsGreaterThan(1e-3f, scores.Max(row => row[0]) - scores.Min(row => row[0])); // there is something to confuse

        var lines = ScoreProgram.Score(model, Paths);

        AssertSame(lines, [.. rows.GetColumn<string>("PredictedLabel")], scores);
        CollectionAssert.AreEqual(TestImages.Classes, lines[0].Classes);
    }

    [TestMethod]
    public void Score_ChainWithoutLabels_GivesTheNamesOfItsKeys()
    {
        string[] names = ["", "猫 🐈", "line\nbreak \"quoted\""];
        using var classifier = new ImageClassifier(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, names.Length), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), names);
        using var scorer = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size))
            .Append(mlContext.Transforms.ResNetScorer(classifier))
            .Fit(Files);
        var path = models.File("scorer.zip");
        mlContext.Model.Save(scorer, null, path);

        var lines = ScoreProgram.Score(path, Paths);

        var rows = scorer.Transform(Files);
        AssertSame(lines, [.. rows.GetColumn<uint>("PredictedLabel").Select(key => names[key - 1])], [.. rows.GetColumn<float[]>("Score")]);
        CollectionAssert.AreEqual(names, lines[0].Classes);
    }

    [TestMethod]
    public void Score_WithoutJson_PrintsClassAndThreeBest()
    {
        var rows = trained.Transform(Files);
        var best = rows.GetColumn<float[]>("Score").First().Max();

        var result = ScoreProgram.Run(model, Paths[0]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        var match = Regex.Match(result.Output.TrimEnd(), @"^(?<file>.+): (?<label>\w+) \((?<first>\w+) (?<p>[01]\.\d{3}), \w+ [01]\.\d{3}, \w+ [01]\.\d{3}\)$");
        Assert.IsTrue(match.Success, result.Output);
        Assert.AreEqual(Paths[0], match.Groups["file"].Value);
        Assert.AreEqual(rows.GetColumn<string>("PredictedLabel").First(), match.Groups["label"].Value);
        Assert.AreEqual(match.Groups["label"].Value, match.Groups["first"].Value);
        Assert.AreEqual(best, float.Parse(match.Groups["p"].Value, System.Globalization.CultureInfo.InvariantCulture), 5.1e-4f);
    }

    [TestMethod]
    public void Program_FilesAndDependencies_HaveNeitherLibtorchNorThisLibrary()
    {
        using var dependencies = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(ScoreProgram.Folder, "score.deps.json")));
        var libraries = dependencies.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).ToList();
        var files = Directory.GetFiles(ScoreProgram.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file));

        Assert.IsTrue(libraries.Exists(name => name.StartsWith("Microsoft.ML.OnnxTransformer/", StringComparison.Ordinal)));
        foreach (var name in libraries.Concat(files))
            Assert.IsFalse(name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ResNet", StringComparison.OrdinalIgnoreCase) || name.StartsWith("libc10", StringComparison.Ordinal), name);
    }
}
