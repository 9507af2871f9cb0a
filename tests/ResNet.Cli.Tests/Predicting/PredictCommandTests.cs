using System.Text.Json;
using Microsoft.ML;
using ResNet.Torch;

namespace ResNet.Cli.Tests.Predicting;

/// <summary>Images from arguments; the scores are those of <see cref="ImageClassifier.ScoreFile(string, ImageDecodingOptions?)"/>.</summary>
[TestClass]
public class PredictCommandTests
{
    [TestMethod]
    public void Predict_FolderThenFile_GivesTheClassifiersScoresInTheOrderOfNames()
    {
        using var model = new TestModel();
        string[] expected = [model.Image(1, "images", "a.png"), model.Image(2, "images", "b", "ä.PNG"), model.Image(3, "images", "c.png"), model.Image(4, "other.png")];
        model.Image(5, "images", ".hidden.png");
        model.NoImage("images", "list.txt");

        var rows = Tool.Run("predict", model.Path, Path.GetDirectoryName(expected[0])!, expected[3], "--json", "--top", "2").Succeeded().Json;

        CollectionAssert.AreEqual(expected, rows.Select(row => row.GetProperty("path").GetString()).ToArray());
        foreach (var row in rows)
        {
            var scores = model.Classifier.ScoreFile(row.GetProperty("path").GetString()!);
            int[] best = [.. Enumerable.Range(0, 3).OrderByDescending(i => scores[i]).Take(2)];
            Assert.AreEqual(model.Classifier.ClassNames[best[0]], row.GetProperty("label").GetString());
            Assert.AreEqual(scores[best[0]], row.GetProperty("score").GetSingle(), 1e-5f);
            CollectionAssert.AreEqual(best.Select(i => model.Classifier.ClassNames[i]).ToArray(), row.GetProperty("top").EnumerateArray().Select(c => c.GetProperty("label").GetString()).ToArray());
        }
    }

    [TestMethod]
    public void Predict_WithoutJson_PrintsALineForEachImage()
    {
        using var model = new TestModel();
        var (image, bad) = (model.Image(1, "a.png"), model.NoImage("b.png"));

        var result = Tool.Run("predict", model.Path, image, bad, "--top", "1").Succeeded();

        var lines = result.Output.TrimEnd().Split('\n');
        StringAssert.Matches(lines[0], new($@"^{image}: (left|right|top) [01]\.\d{{3}}$"));
        Assert.AreEqual($"{bad}: not scored: not an image that can be decoded: JPEG, PNG, BMP, GIF and WebP are (first bytes 6E 6F 20 69 6D 61 67 65)", lines[1]);
        Assert.AreEqual("1 of 2 images could not be scored; its result says why.\n", result.Error);
    }

    [TestMethod]
    public void Predict_ImagesThatCannotBeRead_AreRowsAmongTheOthers()
    {
        using var model = new TestModel();
        string[] paths = [model.Image(1, "a.png"), model.NoImage("b.png"), "there-is-none.png", model.Image(2, "d.png")];

        var rows = Tool.Run(["predict", model.Path, .. paths, "--json"]).Succeeded().Json;

        CollectionAssert.AreEqual(paths, rows.Select(row => row.GetProperty("path").GetString()).ToArray());
        CollectionAssert.AreEqual(new[] { false, true, true, false }, rows.Select(row => row.TryGetProperty("error", out _)).ToArray());
        Assert.DoesNotContain(paths[1], rows[1].GetProperty("error").GetString()!); // the path stands beside it
    }

    [TestMethod]
    [DataRow("--shard", "0/2", "numbered from 1")]
    [DataRow("--shard", "3/2", "numbered from 1")]
    [DataRow("--shard", "1", "I/N")]
    [DataRow("--shard", "-1/2", "I/N")]
    [DataRow("--top", "0", "at least 1")]
    [DataRow("--batch", "0", "at least 1")]
    public void Predict_OptionOutOfRange_EndsWith2AndSaysWhatIsTaken(string option, string value, string expected)
    {
        using var model = new TestModel();

        var error = Tool.Run("predict", model.Path, "image.png", option, value).Failed(ExitCode.BadUsage);

        Assert.Contains(option, error);
        Assert.Contains(expected, error);
        Assert.Contains(value, error);
    }

    [TestMethod]
    public void Predict_OnnxAndMLNetModels_GiveTheScoresOfTheNetwork()
    {
        using var model = new TestModel();
        var images = model.Images(3);
        var (onnx, zip) = (model.File("model.onnx"), model.File("model.zip"));
        model.Classifier.ExportOnnx(onnx);
        SaveForMLNet(model, zip);

        foreach (var file in new[] { onnx, zip })
        {
            var rows = Tool.Run(["predict", file, .. images, model.NoImage("bad.png"), "--json", "--batch", "2"]).Succeeded().Json;

            Assert.HasCount(4, rows);
            Assert.IsTrue(rows[3].TryGetProperty("error", out _), file);
            foreach (var (row, image) in rows.Zip(images))
                AssertScores(model.Classifier, row, image);
        }
    }

    [TestMethod]
    [DataRow(ExportInput.Normalized)]
    [DataRow(ExportInput.InterleavedBytes)]
    public void Predict_OnnxOfAPresetOfTenCrops_GivesTheScoresOfTheWeights(ExportInput input)
    {
        using var model = new TestModel();
        var ten = ImagePreset.ImageNet(TestModel.Size, TestModel.Size) with { ResizeShorterSide = 2 * TestModel.Size, Crops = ImageCrops.Ten };
        using var classifier = new ImageClassifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, 3), ten, model.Classifier.ClassNames);
        using var ofMiddle = new ImageClassifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, 3), ten with { Crops = ImageCrops.Centre }, model.Classifier.ClassNames);
        var (weights, middle, onnx) = (model.File("ten.safetensors"), model.File("middle.safetensors"), model.File("ten.onnx"));
        classifier.Save(weights);
        classifier.ExportOnnx(onnx, new() { Input = input });
        ofMiddle.Save(middle);
        var images = model.Images(3);

        var (expected, other) = InFloat32(() => (Scores(weights, images), Scores(middle, images)));
        var scores = Scores(onnx, [.. images, "--batch", "2"]);

        CollectionAssert.AreEquivalent(expected.Keys, scores.Keys);
        foreach (var (place, score) in scores)
            Assert.AreEqual(expected[place], score, 1e-4f, place);
        Assert.IsGreaterThan(1e-3f, expected.Max(one => Math.Abs(one.Value - other[one.Key]))); // the middle alone has other scores
    }

    /// <summary>The score of each class of each image.</summary>
    static Dictionary<string, float> Scores(string model, string[] images) => Tool.Run(["predict", model, .. images, "--json"]).Succeeded().Json
        .SelectMany(row => row.GetProperty("top").EnumerateArray(), (row, told) => (Place: $"{row.GetProperty("path")}, {told.GetProperty("label")}", Score: told.GetProperty("score").GetSingle()))
        .ToDictionary(one => one.Place, one => one.Score);

    static T InFloat32<T>(Func<T> work)
    {
        var before = Environment.GetEnvironmentVariable(ImageClassifier.PrecisionVariable);
        Environment.SetEnvironmentVariable(ImageClassifier.PrecisionVariable, nameof(ScoringPrecision.Float32));
        try
        {
            return work();
        }
        finally
        {
            Environment.SetEnvironmentVariable(ImageClassifier.PrecisionVariable, before);
        }
    }

    static void AssertScores(ImageClassifier classifier, JsonElement row, string image)
    {
        var scores = classifier.ScoreFile(image);
        foreach (var told in row.GetProperty("top").EnumerateArray())
            Assert.AreEqual(scores[classifier.ClassNames.ToList().IndexOf(told.GetProperty("label").GetString()!)], told.GetProperty("score").GetSingle(), 1e-4f);
    }

    static void SaveForMLNet(TestModel model, string path)
    {
        var mlContext = new MLContext();
        var rows = mlContext.Data.LoadFromEnumerable<ImageRow>([]);
        var pipeline = mlContext.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Image", TestModel.Size, TestModel.Size))
            .Append(mlContext.Transforms.ResNetScorer(model.Classifier));
        mlContext.Model.Save(pipeline.Fit(rows), rows.Schema, path);
    }

    sealed class ImageRow
    {
        public string ImagePath { get; set; } = "";
    }
}
