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
    internal static ITransformer Reload(ITransformer model)
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

    /// <summary>The visible columns in words, in their order.</summary>
    internal static string[] Visible(DataViewSchema schema) => [.. schema.Where(column => !column.IsHidden).Select(ColumnText.Describe)];

    /// <summary>The same columns, types and annotations; every label the same, and every score to rounding.</summary>
    static void AssertSame(ITransformer expected, ITransformer actual, IDataView rows, string score = "Score", string label = "PredictedLabel")
    {
        var (before, after) = (expected.Transform(rows), actual.Transform(rows));
        Assert.AreEqual(string.Join('\n', Visible(before.Schema)), string.Join('\n', Visible(after.Schema)));
        Assert.AreEqual(string.Join('\n', Visible(expected.GetOutputSchema(rows.Schema))), string.Join('\n', Visible(actual.GetOutputSchema(rows.Schema))));
        CollectionAssert.AreEqual(before.GetColumn<uint>(label).ToArray(), after.GetColumn<uint>(label).ToArray());
        foreach (var (wanted, got) in before.GetColumn<float[]>(score).Zip(after.GetColumn<float[]>(score)))
        {
            Assert.HasCount(wanted.Length, got);
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

        AssertSame(model, loaded, rows);
        AssertSame(model, loaded, rows, "First", "FirstLabel");
        AssertSame(model, Reload(loaded), rows);
    }

    [TestMethod]
    [DataRow("Score", "Mine")]
    [DataRow("Mine", "PredictedLabel")]
    [DataRow("评分 1", "a.b[c]/d")]
    [DataRow("Label", "Image", DisplayName = "the names of columns that it reads")]
    public void SaveThenLoad_ColumnsOfOtherNames_AreTheSame(string score, string label)
    {
        var rows = TestImages.Rows(mlContext, 5);
        using var classifier = Classifier(TestImages.Classes);
        using var model = mlContext.Transforms.ResNetScorer(classifier, scoreColumnName: score, predictedLabelColumnName: label).Fit(rows);

        var loaded = Reload(model);

        AssertSame(model, loaded, rows, score, label);
        AssertSame(model, Reload(loaded), rows, score, label);
    }

    [TestMethod]
    [DataRow("Photo", "Score")]
    [DataRow("Photo", "Mine")]
    [DataRow("Score", "Score")]
    [DataRow("Score", "Mine")]
    public void SaveThenLoad_ImagesOfAnotherName_AreRead(string image, string score)
    {
        var rows = TestImages.Rows(mlContext, 5, data => mlContext.Transforms.CopyColumns(image, "Image").Fit(data).Transform(data));
        using var classifier = Classifier(TestImages.Classes);
        using var model = mlContext.Transforms.ResNetScorer(classifier, image, score).Fit(rows);

        AssertSame(model, Reload(model), rows, score);
    }

    [TestMethod]
    [DataRow("Score", "PredictedLabel", "Second", "SecondLabel")]
    [DataRow("First", "FirstLabel", "Second", "SecondLabel")]
    [DataRow("First", "FirstLabel", "Score", "PredictedLabel")]
    public void SaveThenLoad_TwoOfDifferentNames_AreTheSame(string firstScore, string firstLabel, string secondScore, string secondLabel)
    {
        var rows = TestImages.Rows(mlContext, 5);
        using var first = Classifier(["a", "b"], seed: 4);
        using var second = Classifier(TestImages.Classes, seed: 5);
        using var model = mlContext.Transforms.ResNetScorer(first, scoreColumnName: firstScore, predictedLabelColumnName: firstLabel)
            .Append(mlContext.Transforms.ResNetScorer(second, scoreColumnName: secondScore, predictedLabelColumnName: secondLabel)).Fit(rows);

        var loaded = Reload(model);

        AssertSame(model, loaded, rows, firstScore, firstLabel);
        AssertSame(model, loaded, rows, secondScore, secondLabel);
    }

    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("wide_resnet50_2")]
    [DataRow("resnext50_32x4d")]
    [DataRow("resnet50d")]
    [DataRow("preact_resnet18")]
    [DataRow("seresnet50")]
    [DataRow("plain20")]
    public void SaveThenLoad_VariantsOfTheTable_GiveTheSameScores(string variant)
    {
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = new ImageClassifier(ResidualNetwork.Seeded(7, ResNetVariant.Find(variant), TestImages.Classes.Length, 3), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), TestImages.Classes);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        AssertSame(model, Reload(model), rows);
    }

    [TestMethod]
    public void SaveThenLoad_RowWithoutAnImage_IsAnErrorInBoth()
    {
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(TestImages.Rows(mlContext, 1));
        var rows = mlContext.Data.LoadFromEnumerable(new TestImages.Row[] { new() { Image = null!, Class = "left", Number = 0 } });

        var before = Assert.Throws<Exception>(() => model.Transform(rows).GetColumn<float[]>("Score").ToArray());
        var after = Assert.Throws<Exception>(() => Reload(model).Transform(rows).GetColumn<float[]>("Score").ToArray());

        Assert.Contains("no image", before.ToString());
        Assert.Contains("the row has no image", after.ToString());
    }

    [TestMethod]
    public void SaveThenLoad_BlackAndWhiteImages_GiveTheSameScores()
    {
        var rows = mlContext.Data.LoadFromEnumerable(new byte[] { 0, 255 }.Select(value => new TestImages.Row
        {
            Image = MLImage.CreateFromPixels(TestImages.Size, TestImages.Size, MLPixelFormat.Bgra32, Enumerable.Repeat(value, 4 * TestImages.Size * TestImages.Size).ToArray()),
            Class = "left",
            Number = value,
        }));
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        AssertSame(model, Reload(model), rows);
    }

    [TestMethod]
    public void Save_SkippingBadImages_SaysWhatToDo()
    {
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { OnBadImage = BadImagePolicy.Skip }).Fit(rows);

        var error = Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(model, null, new MemoryStream()));
        Assert.Contains("Set the transformer's OnBadImage to Throw before saving", error.Message);

        model.OnBadImage = BadImagePolicy.Throw;
        AssertSame(model, Reload(model), rows);
    }

    [TestMethod]
    public void Save_ImagesOfUnknownSize_SaysWhatToDo()
    {
        using var folder = TestImages.Files(perClass: 1);
        var rows = TestImages.LoadFiles(mlContext, folder.Path);
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        var error = Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(model, null, new MemoryStream()));

        Assert.Contains($"Put ResizeImages(\"Image\", {TestImages.Size}, {TestImages.Size}) before the network and fit again", error.Message);
    }

    [TestMethod]
    public void Save_LabelCalledScore_SaysWhatToDo()
    {
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = Classifier(["a", "b"]);
        using var model = mlContext.Transforms.ResNetScorer(classifier, scoreColumnName: "Probabilities", predictedLabelColumnName: "Score").Fit(rows);

        var error = Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(model, null, new MemoryStream()));

        Assert.Contains("Choose another PredictedLabelColumnName", error.Message);
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
}
