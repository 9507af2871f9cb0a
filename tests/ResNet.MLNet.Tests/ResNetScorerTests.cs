using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static ResNet.MLNet.Tests.ColumnText;

namespace ResNet.MLNet.Tests;

/// <summary>Scoring with a network that is trained already: from a file, or one of the caller's.</summary>
[TestClass]
public class ResNetScorerTests
{
    readonly MLContext mlContext = new(seed: 1);

    /// <summary>An untrained network of a few kilobytes.</summary>
    static ImageClassifier Classifier(IReadOnlyList<string>? names = null, int seed = 3, ImagePreset? preset = null) =>
        new(ResidualNetwork.Seeded(seed, ResNetVariant.Find("resnet20"), (names ?? TestImages.Classes).Count, (preset ?? Preset).Channels), preset ?? Preset, names ?? TestImages.Classes);

    static ImagePreset Preset => ImagePreset.ImageNet(TestImages.Size, TestImages.Size);

    static float[] Scores(ITransformer model, IDataView rows, string column = "Score") =>
        [.. model.Transform(rows).GetColumn<float[]>(column).SelectMany(scores => scores)];

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
    public void SaveThenScore_GivesTheTrainedModelsScoresSchemaAndHistory()
    {
        using var folder = new TemporaryFolder();
        var rows = TestImages.Rows(mlContext, 30);
        var options = TestImages.Options with { Variant = ResNetVariant.Find("resnet20"), ValidationSetFraction = 0.25, Training = TestImages.Brief with { Epochs = 2 } };
        using var trained = mlContext.Transforms.ResNetClassifier(options).Fit(rows);

        trained.Save(folder.File("model"));
        using var loaded = mlContext.Transforms.ResNetScorer(folder.File("model"), new ResNetScorerOptions { ScoringBatchSize = options.ScoringBatchSize }).Fit(rows);

        CollectionAssert.AreEqual(Scores(trained, rows), Scores(loaded, rows));
        CollectionAssert.AreEqual(trained.Transform(rows).GetColumn<uint>("PredictedLabel").ToArray(), loaded.Transform(rows).GetColumn<uint>("PredictedLabel").ToArray());
        CollectionAssert.AreEqual(trained.GetOutputSchema(rows.Schema).Select(Describe).ToArray(), loaded.GetOutputSchema(rows.Schema).Select(Describe).ToArray());
        Assert.HasCount(2, loaded.History);
        CollectionAssert.AreEqual(trained.History.ToArray(), loaded.History.ToArray());
        CollectionAssert.AreEqual(new[] { folder.File("model") }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void SaveThenScore_LabelsOfNumbers_ComeBackAsText()
    {
        using var folder = new TemporaryFolder();
        var rows = TestImages.Rows(mlContext, 4, data => mlContext.Transforms.Conversion.ConvertType("Class", "Number", DataKind.Int32).Fit(data).Transform(data));
        using (var trained = mlContext.Transforms.ResNetClassifier(TestImages.Options with { Variant = ResNetVariant.Find("resnet20") }).Fit(rows))
            trained.Save(folder.File("model"));

        using var loaded = mlContext.Transforms.ResNetScorer(folder.File("model")).Fit(rows);

        CollectionAssert.AreEqual(new[] { "0", "1", "2", "3" }, Names(loaded.GetOutputSchema(rows.Schema)["PredictedLabel"], "KeyValues"));
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
    public void Dispose_OfATransformerFromAFile_FreesItsNetworkAlone()
    {
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier())
            classifier.Save(folder.File("model"));
        var rows = TestImages.Rows(mlContext, 3);
        var estimator = mlContext.Transforms.ResNetScorer(folder.File("model"));
        var first = estimator.Fit(rows);
        using var second = estimator.Fit(rows);

        first.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => Scores(first, rows));
        Assert.ThrowsExactly<ObjectDisposedException>(() => first.Save(folder.File("model")));
        Assert.HasCount(9, Scores(second, rows));
    }

    [TestMethod]
    public void SaveAndLoad_TwentyTimes_LeavesNoTensorAndOneFile()
    {
        using var folder = new TemporaryFolder();
        var rows = TestImages.Rows(mlContext, 3);
        using (var classifier = new ImageClassifier(ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, 3), Preset, TestImages.Classes))
            classifier.Save(folder.File("model"));

        var left = NativeTensors.LeftBy(
            () =>
            {
                for (var round = 0; round < 20; round++)
                {
                    using var model = mlContext.Transforms.ResNetScorer(folder.File("model")).Fit(rows);
                    Assert.HasCount(9, Scores(model, rows));
                    model.Save(folder.File("model"));
                }
            },
            networks: 20);

        Assert.AreEqual(0, left);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void FineTuning_FromAModelsFile_KeepsItsMeanAndTakesAFreshHead()
    {
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier(["1", "2", "3", "4", "5"], preset: new(TestImages.Size, TestImages.Size, [0.5f, 0.4f, 0.3f], [0.2f, 0.3f, 0.1f])))
            classifier.Save(folder.File("model"));
        var options = TestImages.Options with
        {
            Variant = ResNetVariant.Find("resnet20"),
            Stem = null,
            Training = TestImages.Brief with { FineTuning = new() { WeightsFile = folder.File("model") } },
        };

        using var tuned = mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 12));

        CollectionAssert.AreEqual(new[] { 0.5f, 0.4f, 0.3f }, tuned.Classifier.Preset.Mean.ToArray());
        CollectionAssert.AreEqual(new[] { 0.2f, 0.3f, 0.1f }, tuned.Classifier.Preset.Std.ToArray());
        CollectionAssert.AreEqual(TestImages.Classes, tuned.Classifier.ClassNames.ToArray());
    }

    [TestMethod]
    public void FineTuning_GreyFromAModelOfColours_HasImageNetsMean()
    {
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier())
            classifier.Save(folder.File("model"));
        var options = TestImages.Options with
        {
            Variant = ResNetVariant.Find("resnet20"),
            Stem = null,
            Channels = 1,
            Training = TestImages.Brief with { FineTuning = new() { WeightsFile = folder.File("model") } },
        };

        using var tuned = mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 12));

        Assert.AreEqual((0.485f + 0.456f + 0.406f) / 3, tuned.Classifier.Preset.Mean.Single(), 1e-6);
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
    public void Fit_FilesThatAreNoClassifier_SayWhatToDo()
    {
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier())
        {
            classifier.Save(folder.File("whole"));
            classifier.Network.Save(folder.File("weights"));
        }
        var whole = File.ReadAllBytes(folder.File("whole"));
        folder.File("cut", whole.AsSpan(0, whole.Length - 100));
        folder.File("text", "not a model"u8);
        folder.File("empty", []);
        var rows = TestImages.Rows(mlContext, 3);
        ResNetClassifierTransformer Fit(string path) => mlContext.Transforms.ResNetScorer(path).Fit(rows);

        Assert.Contains(folder.File("nothing"), Assert.ThrowsExactly<FileNotFoundException>(() => Fit(folder.File("nothing"))).Message);
        foreach (var (name, part) in new[] { ("cut", "Copy or download it again"), ("text", "not a weight file"), ("empty", "it is empty"), ("weights", "new ImageClassifier(network, preset, classNames)") })
        {
            var error = Assert.ThrowsExactly<WeightFormatException>(() => Fit(folder.File(name)), name);
            Assert.Contains(folder.File(name), error.Message);
            Assert.Contains(part, error.Message);
        }
        Assert.Contains("a directory", Assert.ThrowsExactly<WeightFormatException>(() => Fit(folder.Path)).Message);
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

    [TestMethod]
    public void Save_IntoAMissingFolder_NamesItAndTheModelScoresOn()
    {
        using var folder = new TemporaryFolder();
        var rows = TestImages.Rows(mlContext, 3);
        using var classifier = Classifier();
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        Assert.Contains("there is no folder", Assert.Throws<IOException>(() => model.Save(Path.Combine(folder.Path, "missing", "model"))).Message);

        Assert.HasCount(9, Scores(model, rows));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }
}
