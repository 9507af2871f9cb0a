using Microsoft.ML;
using Microsoft.ML.Data;
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
}
