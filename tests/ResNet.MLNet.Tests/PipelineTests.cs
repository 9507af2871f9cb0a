using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace ResNet.MLNet.Tests;

/// <summary>What ML.NET users do with a pipeline, on image files.</summary>
[TestClass]
public class PipelineTests
{
    readonly MLContext mlContext = new(seed: 1);

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

    EstimatorChain<KeyToValueMappingTransformer> Pipeline(int epochs = 8) => mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
        .Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size))
        .Append(mlContext.Transforms.ResNetClassifier(TestImages.Options with { Training = TestImages.Brief with { Epochs = epochs } }))
        .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    [TestMethod]
    public void PredictionEngine_FromSeveralThreadsOneEach_AgreesWithTransform()
    {
        using var folder = TestImages.Files(perClass: 12, size: 20);
        var files = mlContext.Data.LoadImageFolder(folder.Path);
        var model = Pipeline().Fit(files);
        using var disposeModel = (IDisposable)model;
        var expected = mlContext.Data.CreateEnumerable<Prediction>(model.Transform(files), reuseRowObject: false).ToList();
        var inputs = mlContext.Data.CreateEnumerable<ImageFile>(files, reuseRowObject: false).ToList();

        Parallel.For(0, 4, _ =>
        {
            using var engine = mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
            for (var i = 0; i < inputs.Count; i++)
            {
                var prediction = engine.Predict(inputs[i]);
                Assert.AreEqual(expected[i].PredictedLabel, prediction.PredictedLabel);
                Assert.AreEqual(inputs[i].Label, prediction.PredictedLabel);
                Assert.AreEqual(expected[i].Score.Max(), prediction.Score.Max(), 1e-4);
            }
        });
    }

    [TestMethod]
    public void TrainTestSplit_ShuffleEvaluate_FindTheClasses()
    {
        using var folder = TestImages.Files(perClass: 20);
        var split = mlContext.Data.TrainTestSplit(mlContext.Data.ShuffleRows(mlContext.Data.LoadImageFolder(folder.Path)), 0.2);
        var model = Pipeline().Fit(split.TrainSet);
        using var disposeModel = (IDisposable)model;

        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet));

        Assert.AreEqual(1.0, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void CrossValidate_ThreeFolds_GivesThreeModels()
    {
        using var folder = TestImages.Files(perClass: 6);
        var images = TestImages.LoadFiles(mlContext, folder.Path);

        var results = mlContext.MulticlassClassification.CrossValidate(images, mlContext.Transforms.ResNetClassifier(TestImages.Options), numberOfFolds: 3);

        Assert.HasCount(3, results);
        foreach (var result in results)
        {
            Assert.IsInRange(0.0, 1.0, result.Metrics.MicroAccuracy);
            ((IDisposable)result.Model).Dispose();
        }
    }

    [TestMethod]
    public void Preview_OfAScoredView_ShowsEveryRow()
    {
        using var folder = TestImages.Files(perClass: 4);
        var files = mlContext.Data.LoadImageFolder(folder.Path);
        var model = Pipeline(epochs: 1).Fit(files);
        using var disposeModel = (IDisposable)model;

        var preview = model.Transform(files).Preview(maxRows: 100);

        Assert.HasCount(12, preview.RowView);
        Assert.IsTrue(preview.Schema.GetColumnOrNull("Score").HasValue);
    }

    [TestMethod]
    public void Transform_ImagesAskedForToo_GivesEachRowItsOwn()
    {
        using var folder = TestImages.Files(perClass: 3);
        var images = TestImages.LoadFiles(mlContext, folder.Path);
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options).Fit(images);
        var scored = model.Transform(images);

        using var cursor = scored.GetRowCursor(scored.Schema);
        var getImage = cursor.GetGetter<MLImage>(scored.Schema["Image"]);
        var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["ImagePath"]);
        MLImage image = null!;
        ReadOnlyMemory<char> path = default;
        var rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            getImage(ref image);
            getPath(ref path);
            using var file = MLImage.CreateFromFile(path.ToString());
            Assert.IsTrue(file.Pixels.SequenceEqual(image.Pixels), path.ToString());
        }
        Assert.AreEqual(9, rows);
    }
}
