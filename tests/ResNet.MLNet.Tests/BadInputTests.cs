using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>Each bad input has an error that names what came, what was expected, where, and what to do.</summary>
[TestClass]
public class BadInputTests
{
    readonly MLContext mlContext = new(seed: 1);

    ResNetClassifierEstimator Classifier(ResNetClassifierOptions? options = null) => mlContext.Transforms.ResNetClassifier(options ?? TestImages.Options);

    void AssertRefused(IDataView data, ResNetClassifierOptions options, params string[] parts)
    {
        foreach (var refuse in new Action[]
        {
            () => Classifier(options).Fit(data),
            () => Classifier(options).GetOutputSchema(MLNetInternals.ShapeOf(null, data.Schema)),
        })
        {
            var error = Assert.ThrowsExactly<ArgumentException>(refuse);
            foreach (var part in parts)
                Assert.Contains(part, error.Message);
        }
    }

    [TestMethod]
    public void Fit_MissingColumn_NamesItAndThoseThereAre()
    {
        var rows = TestImages.Rows(mlContext, 6);

        AssertRefused(rows, TestImages.Options with { ImageColumnName = "Photo" }, "no image column 'Photo'", "Image, Class, Number, Label");
        AssertRefused(rows, TestImages.Options with { LabelColumnName = "Kind" }, "no label column 'Kind'", "Image, Class, Number, Label");
    }

    [TestMethod]
    public void Fit_LabelThatIsNoKey_SaysHowToMakeOne() =>
        AssertRefused(TestImages.Rows(mlContext, 6), TestImages.Options with { LabelColumnName = "Class" }, "'Class' must be a key (received String)", "MapValueToKey(\"Class\")");

    [TestMethod]
    public void Fit_ColumnWithoutImages_SaysWhatItHolds() =>
        AssertRefused(TestImages.Rows(mlContext, 6), TestImages.Options with { ImageColumnName = "Number" }, "'Number' must hold images, the paths of image files, or such files' bytes (received Int32)", "LoadImages");

    [TestMethod]
    public void Fit_OneClass_SaysThatTwoAreNeeded()
    {
        var rows = TestImages.Rows(mlContext, 12, data => mlContext.Data.TakeRows(data, 1));

        Assert.Contains("'Label' has 1 class", Assert.ThrowsExactly<ArgumentException>(() => Classifier().Fit(rows)).Message);
    }

    [TestMethod]
    public void Fit_NoRows_SaysSo()
    {
        var none = mlContext.Data.SkipRows(TestImages.Rows(mlContext, 6), 6);

        Assert.Contains("no rows", Assert.ThrowsExactly<InvalidDataException>(() => Classifier().Fit(none)).Message);
    }

    [TestMethod]
    public void Fit_OptionsOutOfRange_TellsAllAtOnce()
    {
        var options = TestImages.Options with
        {
            Channels = 4,
            ScoringBatchSize = 0,
            DecodingThreads = 0,
            MemoryLimit = -1,
            ValidationSetFraction = 1.5,
            ValidationSet = TestImages.Rows(mlContext, 3),
            ScoreColumnName = "",
            Training = new TrainingOptions { Epochs = 0, Optimizer = new() { LearningRate = -0.1 } },
        };

        var error = Assert.ThrowsExactly<ArgumentException>(() => Classifier(options));

        foreach (var part in new[]
        {
            "Channels must be 3 (RGB) or 1 (grey) (was 4)", "ScoringBatchSize must be at least 1 (was 0)", "DecodingThreads must be at least 1 (was 0)", "MemoryLimit must be at least 0 (was -1)", "ValidationSetFraction", "exclude one another",
            "ScoreColumnName must name a column", "Epochs must be at least 1 (was 0)", "LearningRate must be above 0 (was -0.1)",
        })
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    [DataRow("empty", "")]
    [DataRow("text named png", "this is not an image")]
    [DataRow("truncated", "89504E470D0A1A0A0000000D49484452")]
    public void Fit_UndecodableFile_NamesColumnRowAndFile(string what, string content)
    {
        using var folder = TestImages.Files(perClass: 2);
        var bad = folder.File("left", "01.png"); // row 1
        File.WriteAllBytes(bad, content.StartsWith("89", StringComparison.Ordinal) ? Convert.FromHexString(content) : System.Text.Encoding.UTF8.GetBytes(content));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Classifier().Fit(TestImages.LoadFiles(mlContext, folder.Path)), what);

        foreach (var part in new[] { "Column 'Image', row 1", bad, "not an image that can be decoded", "OnBadImage" })
            Assert.Contains(part, error.Message, what);
    }

    [TestMethod]
    public void Fit_UndecodableFileSkipped_TrainsWithoutItAndCounts()
    {
        using var folder = TestImages.Files(perClass: 3);
        File.WriteAllText(folder.File("left", "01.png"), "no image");
        File.WriteAllText(folder.File("top", "02.png"), "");
        var (warnings, leftOut) = (new List<string>(), new List<string>());
        mlContext.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.Message);
            else if (e.RawMessage.StartsWith("Left out: ", StringComparison.Ordinal))
                leftOut.Add(e.RawMessage);
        };
        var images = TestImages.LoadFiles(mlContext, folder.Path);

        using var model = Classifier(TestImages.Options with { OnBadImage = BadImagePolicy.Skip }).Fit(images);

        Assert.HasCount(2, leftOut);
        Assert.IsTrue(leftOut[0].Contains("01.png") && leftOut[1].Contains("02.png"), string.Join('\n', leftOut));
        Assert.IsTrue(warnings.Exists(w => w.Contains("2 of 9 images") && w.Contains("01.png")), string.Join('\n', warnings));
        var labels = model.Transform(images).GetColumn<uint>("PredictedLabel").ToArray();
        var scores = model.Transform(images).GetColumn<VBuffer<float>>("Score").Select(s => s.DenseValues().ToArray()).ToArray();
        for (var row = 0; row < 9; row++)
        {
            var isBad = row is 1 or 8;
            Assert.AreEqual(isBad, labels[row] == 0);
            Assert.AreEqual(isBad, scores[row].All(float.IsNaN));
        }
    }

    [TestMethod]
    public void Fit_EveryImageBad_SaysWhyNoneIsLeft()
    {
        using var folder = TestImages.Files(perClass: 1);
        foreach (var file in Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories))
            File.WriteAllText(file, "");

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            Classifier(TestImages.Options with { OnBadImage = BadImagePolicy.Skip }).Fit(TestImages.LoadFiles(mlContext, folder.Path)));

        Assert.Contains("None of the 3 rows", error.Message);
        Assert.Contains("00.png", error.Message);
    }

    [TestMethod]
    public void Transform_UndecodableFile_FailsAtItsOwnRowAndNoOther()
    {
        using var good = TestImages.Files(perClass: 2);
        using var model = Classifier().Fit(TestImages.LoadFiles(mlContext, good.Path));
        File.WriteAllText(good.File("right", "00.png"), "no image"); // row 2, in the middle of a batch of 4

        var scored = model.Transform(TestImages.LoadFiles(mlContext, good.Path));
        using var cursor = scored.GetRowCursor([scored.Schema["PredictedLabel"]]);
        var get = cursor.GetGetter<uint>(scored.Schema["PredictedLabel"]);
        uint label = 0;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            if (row == 2)
                Assert.Contains("row 2", Assert.ThrowsExactly<InvalidDataException>(() => get(ref label)).Message);
            else
                get(ref label);
        }
    }

    [TestMethod]
    public void Fit_ImagesOfDifferingSizes_NamesTheRowBothSizesAndTheRemedy()
    {
        using var folder = TestImages.Files(perClass: 2);
        using (var larger = TestImages.Image(1, seed: 0, size: 20))
            larger.Save(folder.File("right", "01.png")); // row 3

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Classifier().Fit(TestImages.LoadFiles(mlContext, folder.Path)));

        foreach (var part in new[] { "row 3", Path.Combine("right", "01.png"), "20×20", "16×16", "ResizeImages" })
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    public void Transform_ImagesOfAnotherSize_AreRefused()
    {
        using var folder = TestImages.Files(perClass: 2);
        var images = TestImages.LoadFiles(mlContext, folder.Path);
        using var model = Classifier().Fit(images);
        var resized = mlContext.Transforms.ResizeImages("Image", 32, 24).Fit(images).Transform(images);

        var error = Assert.ThrowsExactly<ArgumentException>(() => model.Transform(resized));

        foreach (var part in new[] { "'Image'", "32×24", "16×16" })
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    public void Fit_RowsWithoutLabel_AreLeftOutAndCounted()
    {
        var warnings = new List<string>();
        mlContext.Log += (_, e) => warnings.Add(e.Message);
        var rows = TestImages.Rows(mlContext, 12);
        var known = mlContext.Data.LoadFromEnumerable(new[] { new { Class = "left" }, new { Class = "right" } });
        var partly = mlContext.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: known).Fit(rows).Transform(rows);

        Classifier().Fit(partly).Dispose();

        Assert.IsTrue(warnings.Exists(w => w.Contains("4 of 12 rows have no label")), string.Join('\n', warnings));
    }

    [TestMethod]
    public void Fit_ValidationRowsOfAnotherSize_AreRefusedBeforeTraining()
    {
        using var folder = TestImages.Files(perClass: 2, size: 20);
        var options = TestImages.Options with { ValidationSet = TestImages.LoadFiles(mlContext, folder.Path) };

        Assert.Contains("Validation images are 20×20×3, training images 16×16×3", Assert.ThrowsExactly<ArgumentException>(() => Classifier(options).Fit(TestImages.Rows(mlContext, 6))).Message);
    }

    [TestMethod]
    public void Fit_ValidationRowsWhoseKeysMeanOtherClasses_AreRefused()
    {
        var turned = TestImages.Rows(mlContext, 9, data => mlContext.Data.SkipRows(data, 1)); // right, top, left
        var options = TestImages.Options with { ValidationSet = turned };

        var error = Assert.ThrowsExactly<ArgumentException>(() => Classifier(options).Fit(TestImages.Rows(mlContext, 9)));

        Assert.Contains("stand for 3 classes (right, top, left), the training set's for 3 classes (left, right, top)", error.Message);
    }
}
