using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static ResNet.MLNet.Tests.ColumnText;
using static ResNet.MLNet.Tests.UntrainedNetwork;

namespace ResNet.MLNet.Tests;

/// <summary>Scoring with a network that is trained already: from a file, or one of the caller's.</summary>
[TestClass]
public class ResNetScorerTests
{
    readonly MLContext mlContext = new(seed: 1);

    [TestMethod]
    public void Estimator_FromAFile_KeepsTheContract()
    {
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier())
            classifier.Save(folder.File("model"));

        EstimatorContract.Check(mlContext.Transforms.ResNetScorer(folder.File("model"), new ResNetScorerOptions { ScoringBatchSize = 4 }), TestImages.Rows(mlContext, 18), "Score", EstimatorContract.CountForwards);
    }

    [TestMethod]
    public void Estimator_OfAClassifier_KeepsTheContract()
    {
        using var folder = TestImages.Files(perClass: 6, size: 24);
        var files = mlContext.Data.LoadImageFolder(folder.Path);
        var images = mlContext.Transforms.LoadImages("Image", null, "ImagePath").Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size)).Fit(files).Transform(files);
        using var classifier = Classifier();

        EstimatorContract.Check(mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ScoringBatchSize = 4 }), images, "Score", EstimatorContract.CountForwards);
    }

    [TestMethod]
    public void Transform_EveryKindOfName_IsKeyValueAndSlotName()
    {
        string[] names = ["", "same", "same", "猫 🐈", "line\nbreak \"quoted\"", "nul\0"];
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier(names))
            classifier.Save(folder.File("model"));
        var rows = TestImages.Rows(mlContext, 6);

        using var model = mlContext.Transforms.ResNetScorer(folder.File("model")).Fit(rows);
        var scored = model.Transform(rows);

        CollectionAssert.AreEqual(names, Names(scored.Schema["PredictedLabel"], "KeyValues"));
        CollectionAssert.AreEqual(names, Names(scored.Schema["Score"], "SlotNames"));
        var labels = mlContext.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel").Fit(scored).Transform(scored);
        var keys = scored.GetColumn<uint>("PredictedLabel").ToArray();
        CollectionAssert.AreEqual(keys.Select(key => names[key - 1]).ToArray(), labels.GetColumn<string>("Name").ToArray());
    }

    [TestMethod]
    public void SeveralScorers_InOneChain_KeepToTheirColumns()
    {
        using var one = Classifier(["x", "y"], seed: 5);
        using var two = Classifier(seed: 6);
        var rows = TestImages.Rows(mlContext, 9);
        var renamed = mlContext.Transforms.CopyColumns("Photo", "Image").Fit(rows).Transform(rows);

        var chain = mlContext.Transforms.ResNetScorer(one, "Photo", "P1", "L1").Append(mlContext.Transforms.ResNetScorer(two, "Image", "P2", "L2")).Fit(renamed);

        using var alone = mlContext.Transforms.ResNetScorer(two).Fit(rows);
        CollectionAssert.AreEqual(Scores(alone, rows), Scores(chain, renamed, "P2"));
        var schema = chain.GetOutputSchema(renamed.Schema);
        CollectionAssert.AreEqual(new[] { "x", "y" }, Names(schema["L1"], "KeyValues"));
        CollectionAssert.AreEqual(TestImages.Classes, Names(schema["P2"], "SlotNames"));
        uint first = 0, second = 0;
        schema["P1"].Annotations.GetValue("ScoreColumnSetId", ref first);
        schema["P2"].Annotations.GetValue("ScoreColumnSetId", ref second);
        Assert.AreNotEqual(first, second);
    }

    sealed class ImageFile
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    [TestMethod]
    public void PredictionEngine_OnFilesWithoutLabels_AgreesWithTransform()
    {
        using var images = TestImages.Files(perClass: 3, size: 20);
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier())
            classifier.Save(folder.File("model"));
        var files = mlContext.Data.LoadImageFolder(images.Path);
        var model = mlContext.Transforms.LoadImages("Image", null, "ImagePath").Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size))
            .Append(mlContext.Transforms.ResNetScorer(folder.File("model"))).Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(files);
        var expected = mlContext.Data.CreateEnumerable<Prediction>(model.Transform(files), reuseRowObject: false).ToList();

        using var engine = mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(model);

        foreach (var (file, prediction) in mlContext.Data.CreateEnumerable<ImageFile>(files, reuseRowObject: false).Zip(expected))
        {
            var single = engine.Predict(file);
            Assert.AreEqual(prediction.PredictedLabel, single.PredictedLabel);
            Assert.Contains(single.PredictedLabel, TestImages.Classes);
            for (var i = 0; i < 3; i++)
                Assert.AreEqual(prediction.Score[i], single.Score[i], 1e-5);
        }
    }

    [TestMethod]
    public void Evaluate_LabelsKeyedByClassNames_CountsAsByHand()
    {
        using var classifier = Classifier(["top", "left", "right"]); // another order than the rows'
        var rows = TestImages.Rows(mlContext, 12);
        var names = mlContext.Data.LoadFromEnumerable(classifier.ClassNames.Select(name => new { Name = name }));
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: names).Append(mlContext.Transforms.ResNetScorer(classifier)).Fit(rows);
        var scored = model.Transform(rows);

        var metrics = mlContext.MulticlassClassification.Evaluate(scored);

        var predicted = scored.GetColumn<uint>("PredictedLabel").Select(key => classifier.ClassNames[(int)key - 1]);
        var right = predicted.Zip(scored.GetColumn<string>("Class")).Count(pair => pair.First == pair.Second);
        Assert.AreEqual(right / 12.0, metrics.MicroAccuracy, 1e-9);
        Assert.AreEqual(3, metrics.ConfusionMatrix.NumberOfClasses);
    }

    [TestMethod]
    public void Dispose_OfATransformer_SparesTheCallersClassifier()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 3);
        var estimator = mlContext.Transforms.ResNetScorer(classifier);
        var first = estimator.Fit(rows);
        var expected = Scores(first, rows);

        first.Dispose();

        using var second = estimator.Fit(rows);
        Assert.AreSame(classifier, second.Classifier);
        CollectionAssert.AreEqual(expected, Scores(second, rows));
        classifier.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Scores(second, rows));
    }

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
