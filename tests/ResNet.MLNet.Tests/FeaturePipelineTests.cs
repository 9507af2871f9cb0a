using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>ML.NET's own learners on top of features.</summary>
[TestClass]
public class FeaturePipelineTests
{
    readonly MLContext mlContext = new(seed: 1);

    public required TestContext TestContext { get; init; }

    /// <summary>Untrained: which half of an image is bright shows in such features too.</summary>
    static ImageClassifier Classifier() => new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, 2), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), ["a", "b"]);

    double Accuracy(IEstimator<ITransformer> learner)
    {
        using var classifier = Classifier();
        var model = mlContext.Transforms.ResNetFeaturizer(classifier, stage: 2).AppendCacheCheckpoint(mlContext).Append(learner).Fit(TestImages.Rows(mlContext, 60));
        return mlContext.MulticlassClassification.Evaluate(model.Transform(TestImages.Rows(mlContext, 30))).MicroAccuracy;
    }

    [TestMethod]
    public void Sdca_OnFeatures_LearnsTheClasses() =>
        Assert.AreEqual(1.0, Accuracy(mlContext.Transforms.NormalizeMeanVariance("Features").Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy())));

    [TestMethod]
    public void LightGbm_OnFeatures_LearnsTheClasses()
    {
        if (!NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmMulticlassTrainer).Assembly, searchPath: null, out _))
        {
            TestContext.WriteLine("Left out: LightGBM's native library does not load here (on Linux it needs libgomp).");
            return;
        }

        Assert.IsGreaterThan(0.9, Accuracy(mlContext.MulticlassClassification.Trainers.LightGbm(minimumExampleCountPerLeaf: 2, numberOfIterations: 20)));
    }

    [TestMethod]
    public void KMeans_OnFeatures_FindsTheClasses()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 60);
        var model = mlContext.Transforms.ResNetFeaturizer(classifier, stage: 2).AppendCacheCheckpoint(mlContext)
            .Append(mlContext.Transforms.NormalizeMeanVariance("Features")).Append(mlContext.Clustering.Trainers.KMeans(numberOfClusters: 3)).Fit(rows);

        var found = model.Transform(rows).GetColumn<uint>("PredictedLabel").Zip(TestImages.Rows(mlContext, 60).GetColumn<string>("Class")).Distinct().ToList();

        Assert.HasCount(3, found, string.Join(", ", found)); // each class is one cluster
    }

    [TestMethod]
    public void CacheCheckpoint_BeforeATrainer_RunsTheNetworkOncePerBatch()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 60);
        using var featurizer = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { ScoringBatchSize = 20 }).Fit(rows);
        var forwards = EstimatorContract.CountForwards(featurizer);

        var cached = mlContext.Data.Cache(featurizer.Transform(rows), "Label", "Features");
        mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(cached);

        Assert.AreEqual(3, forwards());
    }
}
