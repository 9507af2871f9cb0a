using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using static ResNet.MLNet.Tests.UntrainedNetwork;

namespace ResNet.MLNet.Tests;

/// <summary>Images, columns and options that a scorer cannot take.</summary>
[TestClass]
public class ResNetScorerFaultTests
{
    readonly MLContext mlContext = new(seed: 1);

    [TestMethod]
    public void Fit_ImagesOfAnotherSize_SaysWhichResizeImagesIsMissing()
    {
        using var classifier = Classifier(preset: ImagePreset.ImageNet(224, 160));
        var rows = TestImages.Rows(mlContext, 3);

        var error = Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetScorer(classifier).Fit(rows));
        Assert.Contains("holds 16×16 pixels; the network expects 160×224", error.Message);
        Assert.Contains("ResizeImages(\"Image\", 160, 224)", error.Message);

        var resized = mlContext.Transforms.ResizeImages("Image", 160, 224).Fit(rows).Transform(rows);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(resized);
        Assert.HasCount(9, Scores(model, resized));
    }

    [TestMethod]
    public void Transform_ImagesWithoutFixedSize_SayWhatIsExpectedAtTheirRow()
    {
        using var images = TestImages.Files(perClass: 1, size: 20);
        using var classifier = Classifier();
        var rows = TestImages.LoadFiles(mlContext, images.Path);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Scores(model, rows));

        foreach (var part in new[] { "row 0", "20×20", "16×16 is expected", "ResizeImages" })
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    public void Transform_BadImageSkipped_HasNoLabel()
    {
        using var images = TestImages.Files(perClass: 1);
        File.WriteAllText(images.File("right", "00.png"), "no image"); // row 1
        using var classifier = Classifier();
        var rows = TestImages.LoadFiles(mlContext, images.Path);
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { OnBadImage = BadImagePolicy.Skip }).Fit(rows);

        var labels = model.Transform(rows).GetColumn<uint>("PredictedLabel").ToArray();

        CollectionAssert.AreEqual(new[] { false, true, false }, labels.Select(label => label == 0).ToArray());
    }

    [TestMethod]
    public void Fit_ColumnsThatAreNotThere_AreNamed()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 3);

        foreach (var (column, part) in new[] { ("Photo", "no image column 'Photo'. The data has: Image, Class, Number, Label"), ("Number", "'Number' must hold images, the paths of image files, or such files' bytes (received Int32)") })
        {
            var estimator = mlContext.Transforms.ResNetScorer(classifier, column);
            Assert.Contains(part, Assert.ThrowsExactly<ArgumentException>(() => estimator.Fit(rows)).Message);
            Assert.Contains(part, Assert.ThrowsExactly<ArgumentException>(() => estimator.GetOutputSchema(MLNetInternals.ShapeOf(null, rows.Schema))).Message);
        }
    }

    [TestMethod]
    public void Fit_NetworkOfOtherColours_IsRefused()
    {
        using var classifier = Classifier(preset: new(16, 16, [0.5f, 0.5f, 0.5f, 0.5f], [1, 1, 1, 1]));

        Assert.Contains("images of 4 channels; ML.NET's give 3 (RGB) or 1 (grey)", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetScorer(classifier).Fit(TestImages.Rows(mlContext, 3))).Message);
    }

    [TestMethod]
    public void Create_OptionsOutOfRange_TellsAllAtOnce()
    {
        var options = new ResNetScorerOptions { ImageColumnName = "", ScoreColumnName = "S", PredictedLabelColumnName = "S", ScoringBatchSize = 0 };

        var error = Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetScorer("model", options));

        Assert.AreEqual("ResNetScorerOptions: ImageColumnName must name a column (was empty); ScoreColumnName and PredictedLabelColumnName must differ (both were 'S'); ScoringBatchSize must be at least 1 (was 0).", error.Message);
        Assert.Throws<ArgumentException>(() => mlContext.Transforms.ResNetScorer(" "));
        Assert.Throws<ArgumentNullException>(() => mlContext.Transforms.ResNetScorer((ImageClassifier)null!));
    }
}
