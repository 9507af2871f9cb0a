using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>A featurizer in ML.NET's model file: it comes back as ML.NET's own transformers, with the same column in ONNX Runtime.</summary>
[TestClass]
public class SavedFeaturizerTests
{
    readonly MLContext mlContext = new(seed: 1);

    static ImageClassifier Classifier(string variant = "resnet20", int channels = 3) => new(
        ResidualNetwork.Seeded(3, ResNetVariant.Find(variant), 3, channels), ImagePreset.ImageNet(TestImages.Size, TestImages.Size, channels), TestImages.Classes);

    static ITransformer Reload(ITransformer model) => SavedModelTests.Reload(model);

    static void AssertSame(ITransformer expected, ITransformer actual, IDataView rows, string column = "Features")
    {
        var (before, after) = (expected.Transform(rows), actual.Transform(rows));
        Assert.AreEqual(string.Join('\n', SavedModelTests.Visible(before.Schema)), string.Join('\n', SavedModelTests.Visible(after.Schema)));
        Assert.AreEqual(string.Join('\n', SavedModelTests.Visible(expected.GetOutputSchema(rows.Schema))), string.Join('\n', SavedModelTests.Visible(actual.GetOutputSchema(rows.Schema))));
        var wanted = before.GetColumn<float[]>(column).ToList();
        var largest = wanted.Max(row => row.Max(Math.Abs));
        foreach (var (a, b) in wanted.Zip(after.GetColumn<float[]>(column)))
        {
            Assert.HasCount(a.Length, b);
            for (var i = 0; i < a.Length; i++)
                Assert.AreEqual(a[i], b[i], 1e-4f * largest);
        }
    }

    public static IEnumerable<object?[]> Networks =>
        from variant in new[] { "resnet18", "resnet50d", "preact_resnet18", "seresnet50", "resnet20" }
        from stage in new int?[] { 1, 3, null }
        select new object?[] { variant, stage, 3 };

    [TestMethod]
    [DynamicData(nameof(Networks))]
    [DataRow("resnet20", null, 1, DisplayName = "grey")]
    public void SaveThenLoad_EveryStage_GivesTheSameColumn(string variant, int? stage, int channels)
    {
        var rows = TestImages.Rows(mlContext, 4);
        using var classifier = Classifier(variant, channels);
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, stage: stage).Fit(rows);

        var loaded = Reload(model);

        AssertSame(model, loaded, rows);
        AssertSame(model, Reload(loaded), rows); // it saves again
    }

    [TestMethod]
    [DataRow("fc", DisplayName = "a layer's name")]
    [DataRow("Score")]
    [DataRow("特徴 1/a.b[c]")]
    [DataRow("Class", DisplayName = "the name of a column behind the images")]
    [DataRow("Image", DisplayName = "the name of the column that it reads")]
    public void SaveThenLoad_ColumnOfAnotherName_IsTheSame(string name)
    {
        var rows = TestImages.Rows(mlContext, 4);
        using var classifier = Classifier();
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, outputColumnName: name).Fit(rows);

        AssertSame(model, Reload(model), rows, name);
    }

    [TestMethod]
    public void SaveThenLoad_ImagesOfTheNameScore_AreRead()
    {
        var rows = mlContext.Transforms.CopyColumns("Score", "Image").Fit(TestImages.Rows(mlContext, 3)).Transform(TestImages.Rows(mlContext, 3));
        using var classifier = Classifier();
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, "Score").Fit(rows);

        AssertSame(model, Reload(model), rows);
    }

    [TestMethod]
    public void SaveThenLoad_TwoStagesThenALearner_PredictAlike()
    {
        var rows = TestImages.Rows(mlContext, 24);
        using var classifier = Classifier();
        var model = mlContext.Transforms.ResNetFeaturizer(classifier, outputColumnName: "Edges", stage: 1)
            .Append(mlContext.Transforms.ResNetFeaturizer(classifier, outputColumnName: "Parts", stage: 2))
            .Append(mlContext.Transforms.Concatenate("Features", "Edges", "Parts")).AppendCacheCheckpoint(mlContext)
            .Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(rows);

        var loaded = Reload(model);

        AssertSame(model, loaded, rows, "Edges");
        AssertSame(model, loaded, rows, "Parts");
        CollectionAssert.AreEqual(model.Transform(rows).GetColumn<uint>("PredictedLabel").ToArray(), loaded.Transform(rows).GetColumn<uint>("PredictedLabel").ToArray());
    }

    sealed class Featured
    {
        public float[] Features { get; set; } = [];
    }

    [TestMethod]
    public void PredictionEngine_OfALoadedModel_GivesTheFeatures()
    {
        var rows = TestImages.Rows(mlContext, 1);
        using var classifier = Classifier();
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier).Fit(rows);
        var expected = model.Transform(rows).GetColumn<float[]>("Features").Single();

        using var engine = mlContext.Model.CreatePredictionEngine<TestImages.Row, Featured>(Reload(model));
        var features = engine.Predict(new() { Image = TestImages.Image(0, seed: 0), Class = "", Number = 0 }).Features;

        Assert.HasCount(64, features);
        for (var i = 0; i < 64; i++)
            Assert.AreEqual(expected[i], features[i], 1e-4f * expected.Max());
    }

    [TestMethod]
    public void SaveThenLoad_RowWithoutAnImage_IsAnErrorInBoth()
    {
        using var classifier = Classifier();
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier).Fit(TestImages.Rows(mlContext, 1));
        var rows = mlContext.Data.LoadFromEnumerable(new TestImages.Row[] { new() { Image = null!, Class = "left", Number = 0 } });

        var before = Assert.Throws<Exception>(() => model.Transform(rows).GetColumn<float[]>("Features").ToArray());
        var after = Assert.Throws<Exception>(() => Reload(model).Transform(rows).GetColumn<float[]>("Features").ToArray());

        Assert.Contains("no image", before.ToString());
        Assert.Contains("the row has no image", after.ToString());
    }

    [TestMethod]
    public void Save_WhatMlNetsOwnCannotDo_SaysWhatToDo()
    {
        using var folder = TestImages.Files(perClass: 1);
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 1);
        using var skipping = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { OnBadImage = BadImagePolicy.Skip }).Fit(rows);
        using var ofAnySize = mlContext.Transforms.ResNetFeaturizer(classifier).Fit(TestImages.LoadFiles(mlContext, folder.Path));
        string Error(ITransformer model) => Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(model, null, new MemoryStream())).Message;

        Assert.Contains("Set the transformer's OnBadImage to Throw before saving", Error(skipping));
        Assert.Contains($"Put ResizeImages(\"Image\", {TestImages.Size}, {TestImages.Size}) before the network and fit again", Error(ofAnySize));

        skipping.OnBadImage = BadImagePolicy.Throw;
        AssertSame(skipping, Reload(skipping), rows);
        Assert.IsEmpty(Directory.GetDirectories(Path.GetTempPath(), "resnet-model-*"));
    }
}
