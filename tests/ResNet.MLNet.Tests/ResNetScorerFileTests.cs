using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static ResNet.MLNet.Tests.ColumnText;
using static ResNet.MLNet.Tests.UntrainedNetwork;

namespace ResNet.MLNet.Tests;

/// <summary>A scorer's network in its file: saved, read again, trained on from.</summary>
[TestClass]
public class ResNetScorerFileTests
{
    readonly MLContext mlContext = new(seed: 1);

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
