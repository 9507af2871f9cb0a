using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>ML.NET's model file: what is saved comes back as ML.NET's own transformers, and scores alike.</summary>
[TestClass]
public class SavedModelTests
{
    readonly MLContext mlContext = new(seed: 1);

    static ImageClassifier Classifier(string[] names, int channels = 3, int seed = 3)
    {
        var preset = ImagePreset.ImageNet(TestImages.Size, TestImages.Size, channels);
        return new(ResidualNetwork.Seeded(seed, ResNetVariant.ResNet20, names.Length, channels), preset, names);
    }

    /// <summary>Saves a model and loads it, where nothing is known of this library's own transformers.</summary>
    static ITransformer Reload(ITransformer model)
    {
        using var file = new MemoryStream();
        new MLContext().Model.Save(model, null, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        Assert.IsEmpty(Steps(loaded).Where(step => step.GetType().Assembly == typeof(ResNetClassifierTransformer).Assembly).ToList());
        return loaded;
    }

    /// <summary>A model and all that it is made of.</summary>
    static IEnumerable<ITransformer> Steps(ITransformer model) =>
        (model as IEnumerable<ITransformer> ?? []).SelectMany(Steps).Prepend(model);

    static void AssertSame(ResNetClassifierTransformer expected, ITransformer actual, IDataView rows)
    {
        static IEnumerable<string> Visible(IDataView data) =>
            data.Schema.Where(column => !column.IsHidden).Select(column => column.Name is "Score" or "PredictedLabel" ? ColumnText.Describe(column) : column.Name);
        CollectionAssert.AreEqual(Visible(expected.Transform(rows)).ToArray(), Visible(actual.Transform(rows)).ToArray());
        AssertSameScores(expected, actual, rows, "Score", "PredictedLabel");
    }

    static void AssertSameScores(ITransformer expected, ITransformer actual, IDataView rows, string score, string label)
    {
        var (before, after) = (expected.Transform(rows), actual.Transform(rows));
        CollectionAssert.AreEqual(before.GetColumn<uint>(label).ToArray(), after.GetColumn<uint>(label).ToArray());
        foreach (var (wanted, got) in before.GetColumn<float[]>(score).Zip(after.GetColumn<float[]>(score)))
        {
            for (var i = 0; i < wanted.Length; i++)
                Assert.AreEqual(wanted[i], got[i], 1e-5f);
        }
    }

    [TestMethod]
    public void SaveThenLoad_TrainedClassifier_GivesTheSameColumnsScoresAndAnnotations()
    {
        var rows = TestImages.Rows(mlContext, 24);
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options with { Variant = ResNetVariant.ResNet20, Training = TestImages.Brief with { Epochs = 3 } }).Fit(rows);

        var loaded = Reload(model);

        AssertSame(model, loaded, rows);
        AssertSame(model, Reload(loaded), rows); // it saves again
    }

    [TestMethod]
    [DataRow(1, 2, DisplayName = "grey, two classes")]
    [DataRow(3, 1000, DisplayName = "a thousand classes")]
    public void SaveThenLoad_ChannelsAndClasses_GiveTheSameScores(int channels, int classes)
    {
        var rows = TestImages.Rows(mlContext, 6);
        using var classifier = Classifier([.. Enumerable.Range(0, classes).Select(i => $"class {i}")], channels);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        AssertSame(model, Reload(model), rows);
    }

    [TestMethod]
    public void SaveThenLoad_EveryKindOfName_Survives()
    {
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = Classifier(["", "same", "same", "猫 🐈", "line\nbreak \"quoted\"", "a|b,c;d"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        AssertSame(model, Reload(model), rows);
    }

    [TestMethod]
    public void SaveThenLoad_TwoInOneChain_BothScore()
    {
        var rows = TestImages.Rows(mlContext, 9);
        using var first = Classifier(["a", "b"], seed: 4);
        using var second = Classifier(TestImages.Classes, seed: 5);
        using var model = mlContext.Transforms.ResNetScorer(first)
            .Append(mlContext.Transforms.CopyColumns("First", "Score"))
            .Append(mlContext.Transforms.CopyColumns("FirstLabel", "PredictedLabel"))
            .Append(mlContext.Transforms.ResNetScorer(second)).Fit(rows);

        var loaded = Reload(model);

        AssertSameScores(model, loaded, rows, "Score", "PredictedLabel");
        AssertSameScores(model, loaded, rows, "First", "FirstLabel");
    }

    [TestMethod]
    public void Save_ColumnsOfOtherNames_SaysWhatToDo()
    {
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier, scoreColumnName: "Mine").Fit(rows);
        using var file = new MemoryStream();

        var error = Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(model, null, file));

        Assert.Contains("here they are 'Mine' and 'PredictedLabel'", error.Message);
        Assert.Contains("CopyColumns", error.Message);
    }

    sealed class Prediction
    {
        public string PredictedClass { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    [TestMethod]
    public void PredictionEngine_OfALoadedModel_NamesTheClass()
    {
        var rows = TestImages.Rows(mlContext, 24);
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options with { Variant = ResNetVariant.ResNet20, Training = TestImages.Brief with { Epochs = 3 } })
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedClass", "PredictedLabel")).Fit(rows);
        var expected = model.Transform(rows).GetColumn<string>("PredictedClass").First();

        using var engine = mlContext.Model.CreatePredictionEngine<TestImages.Row, Prediction>(Reload(model));
        var prediction = engine.Predict(new() { Image = TestImages.Image(0, seed: 0), Class = "", Number = 0 });

        Assert.AreEqual(expected, prediction.PredictedClass);
        Assert.AreEqual(1f, prediction.Score.Sum(), 1e-5f);
    }

    [TestMethod]
    public void Save_ManyTimes_LeavesNoFileBehind()
    {
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);
        var temporary = Path.GetTempPath();

        for (var i = 0; i < 5; i++)
            mlContext.Model.Save(model, null, new MemoryStream());

        Assert.IsEmpty(Directory.GetDirectories(temporary, "resnet-model-*"));
    }
}
