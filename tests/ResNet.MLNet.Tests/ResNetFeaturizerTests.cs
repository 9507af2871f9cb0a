using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests;

/// <summary>Features of images as a column: of every source, of every stage, of bad images too.</summary>
[TestClass]
public class ResNetFeaturizerTests
{
    readonly MLContext mlContext = new(seed: 1);

    static ImagePreset Preset => ImagePreset.ImageNet(TestImages.Size, TestImages.Size);

    static ImageClassifier Classifier(ResNetVariant? variant = null, int seed = 3) =>
        new(ResidualNetwork.Seeded(seed, variant ?? ResNetVariant.ResNet20, TestImages.Classes.Length), Preset, TestImages.Classes);

    static float[][] Features(ResNetFeaturizerTransformer model, IDataView rows, string column = "Features") => [.. model.Transform(rows).GetColumn<float[]>(column)];

    static void AssertClose(float[][] expected, float[][] actual, double tolerance = 1e-5)
    {
        Assert.HasCount(expected.Length, actual);
        var scale = expected.Max(row => row.Max(Math.Abs));
        foreach (var (wanted, got) in expected.Zip(actual))
        {
            Assert.HasCount(wanted.Length, got);
            for (var i = 0; i < wanted.Length; i++)
                Assert.AreEqual(wanted[i], got[i], tolerance * scale);
        }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(1)]
    public void Estimator_OfAClassifier_KeepsTheContract(int? stage)
    {
        using var classifier = Classifier();

        EstimatorContract.Check(mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { Stage = stage, ScoringBatchSize = 4 }), TestImages.Rows(mlContext, 18), "Features", EstimatorContract.CountForwards);
    }

    [TestMethod]
    public void Estimator_FromAFile_KeepsTheContract()
    {
        using var images = TestImages.Files(perClass: 6, size: 24);
        using var folder = new TemporaryFolder();
        using (var classifier = Classifier())
            classifier.Save(folder.File("model"));
        var files = mlContext.Data.LoadImageFolder(images.Path);
        var rows = mlContext.Transforms.LoadImages("Image", null, "ImagePath").Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size)).Fit(files).Transform(files);

        EstimatorContract.Check(mlContext.Transforms.ResNetFeaturizer(folder.File("model"), new ResNetFeaturizerOptions { OutputColumnName = "Label", ScoringBatchSize = 4 }), rows, "Label", EstimatorContract.CountForwards);
    }

    [TestMethod]
    [DataRow("resnet20", 1)]
    [DataRow("resnet20", 3)]
    [DataRow("preact_resnet18", 2)]
    [DataRow("preact_resnet18", null)]
    public void Transform_OfAStage_GivesTheNetworksOwnFeaturesAveragedOverPixels(string name, int? stage)
    {
        using var classifier = Classifier(ResNetVariant.Find(name));
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, stage: stage).Fit(TestImages.Rows(mlContext, 1));

        var features = Features(model, TestImages.Rows(mlContext, 1))[0];

        using var scope = NewDisposeScope();
        using var image = TestImages.Image(0, seed: 0);
        var bgra = tensor(image.Pixels.ToArray()).reshape(1, TestImages.Size, TestImages.Size, 4);
        var rgb = bgra.index_select(3, tensor(new long[] { 2, 1, 0 })).to(ScalarType.Float32).div(255); // 1×H×W×3
        var batch = rgb.sub(tensor(Preset.Mean.ToArray())).div(tensor(Preset.Std.ToArray())).permute(0, 3, 1, 2);
        var expected = stage is { } wanted ? classifier.Network.Features(batch, wanted)[0].mean([2, 3]) : classifier.Network.PooledFeatures(batch);
        AssertClose([[.. expected.contiguous().data<float>()]], [features]);
        Assert.AreEqual(features.Length, model.FeatureCount);
    }

    [TestMethod]
    public void Transform_EverySource_GivesTheSameFeatures()
    {
        using var folder = new TemporaryFolder();
        var rows = TestImages.Rows(mlContext, 9);
        using var trained = mlContext.Transforms.ResNetClassifier(TestImages.Options with { Variant = ResNetVariant.ResNet20 }).Fit(rows);
        trained.Save(folder.File("model"));

        using var ofTrained = mlContext.Transforms.ResNetFeaturizer(trained).Fit(rows);
        using var ofClassifier = mlContext.Transforms.ResNetFeaturizer(trained.Classifier).Fit(rows);
        using var fromFile = mlContext.Transforms.ResNetFeaturizer(folder.File("model")).Fit(rows);

        var expected = Features(ofTrained, rows);
        Assert.HasCount(64, expected[0]);
        AssertClose(expected, Features(ofClassifier, rows));
        AssertClose(expected, Features(fromFile, rows));
    }

    [TestMethod]
    public void Transform_BatchesOfAnySize_GiveTheSameFeatures()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 11);
        float[][] Of(int batch)
        {
            using var model = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { ScoringBatchSize = batch }).Fit(rows);
            return Features(model, rows);
        }

        var expected = Of(1);

        foreach (var batch in new[] { 4, 11, 64 })
            AssertClose(expected, Of(batch));
        CollectionAssert.AreNotEqual(expected[0], expected[1]);
    }

    [TestMethod]
    public void Transform_BadImageSkipped_HasFeaturesThatAreNoNumbers()
    {
        using var images = TestImages.Files(perClass: 2);
        File.WriteAllText(images.File("right", "00.png"), "no image"); // row 2
        using var classifier = Classifier();
        var rows = TestImages.LoadFiles(mlContext, images.Path);
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { OnBadImage = BadImagePolicy.Skip }).Fit(rows);

        var features = Features(model, rows);

        Assert.IsTrue(features[2].All(float.IsNaN));
        Assert.HasCount(64, features[2]);
        Assert.IsFalse(features.Where((_, row) => row != 2).Any(row => row.Any(float.IsNaN)));
        Assert.HasCount(5, mlContext.Data.FilterRowsByMissingValues(model.Transform(rows), "Features").GetColumn<float[]>("Features").ToList());

        model.OnBadImage = BadImagePolicy.Throw;
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Features(model, rows));
        foreach (var part in new[] { "Column 'Image', row 2", "00.png", "not an image that can be decoded" })
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    public void Transform_ErrorColumn_SaysWhyARowHasNoFeatures()
    {
        using var images = TestImages.Files(perClass: 2);
        File.WriteAllText(images.File("right", "00.png"), "no image"); // row 2
        using var classifier = Classifier();
        var rows = TestImages.LoadFiles(mlContext, images.Path);
        var featurizer = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { OnBadImage = BadImagePolicy.Skip, ImageErrorColumnName = "Why" });
        using var model = featurizer.Fit(rows);

        var why = model.Transform(rows).GetColumn<string>("Why").ToList();

        Assert.Contains("Column 'Image', row 2", why[2]);
        Assert.IsTrue(why.Where((_, row) => row != 2).All(text => text.Length == 0));
        Assert.IsTrue(Features(model, rows)[2].All(float.IsNaN));
        var promised = featurizer.GetOutputSchema(MLNetInternals.ShapeOf(null, rows.Schema)).Single(column => column.Name == "Why");
        Assert.AreEqual((SchemaShape.Column.VectorKind.Scalar, (DataViewType)TextDataViewType.Instance), (promised.Kind, promised.ItemType));
        Assert.Contains("'Why' says why", Assert.ThrowsExactly<NotSupportedException>(SaveOne).Message);
        Assert.Contains(
            "ImageErrorColumnName and OutputColumnName must differ (both were 'Features')",
            Assert.ThrowsExactly<ArgumentException>(() => new ResNetFeaturizerOptions { ImageErrorColumnName = "Features" }.RequireValid()).Message);

        void SaveOne()
        {
            using var one = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { ImageErrorColumnName = "Why" }).Fit(TestImages.Rows(mlContext, 1));
            mlContext.Model.Save(one, null, new MemoryStream());
        }
    }

    [TestMethod]
    public void Transform_ColumnOfItsNameThere_IsHiddenRightBehind()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 2);
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, outputColumnName: "Class").Fit(rows);

        var schema = model.Transform(rows).Schema;

        CollectionAssert.AreEqual(new[] { "Image", "Class", "Class", "Number", "Label" }, schema.Select(column => column.Name).ToArray());
        Assert.IsTrue(schema[1].IsHidden);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 64), schema["Class"].Type);
        Assert.HasCount(64, Features(model, rows, "Class")[0]);
    }

    [TestMethod]
    public void FitAndDispose_TenTimes_LeaveNoTensor()
    {
        using var folder = new TemporaryFolder();
        var rows = TestImages.Rows(mlContext, 3);
        using (var classifier = new ImageClassifier(ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, 3), Preset, TestImages.Classes))
            classifier.Save(folder.File("model"));

        var left = NativeTensors.LeftBy(
            () =>
            {
                for (var round = 0; round < 10; round++)
                {
                    using var model = mlContext.Transforms.ResNetFeaturizer(folder.File("model"), stage: 1 + round % 4).Fit(rows);
                    Assert.HasCount(3, Features(model, rows));
                    Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetFeaturizer(folder.File("model"), stage: 5).Fit(rows));
                }
            },
            networks: 20);

        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Dispose_OfATransformer_FreesItsOwnNetworkAlone()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier();
        classifier.Save(folder.File("model"));
        var rows = TestImages.Rows(mlContext, 3);
        var ofClassifier = mlContext.Transforms.ResNetFeaturizer(classifier).Fit(rows);
        var fromFile = mlContext.Transforms.ResNetFeaturizer(folder.File("model")).Fit(rows);

        ofClassifier.Dispose();
        fromFile.Dispose();

        Assert.HasCount(3, Features(ofClassifier, rows));
        Assert.ThrowsExactly<ObjectDisposedException>(() => Features(fromFile, rows));
        classifier.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Features(ofClassifier, rows));
    }

    [TestMethod]
    public void Fit_StageThatTheNetworkLacks_SaysWhichThereAre()
    {
        using var classifier = Classifier();

        var error = Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetFeaturizer(classifier, stage: 4).Fit(TestImages.Rows(mlContext, 1)));

        Assert.AreEqual("ResNetFeaturizerOptions: Stage must be 1 to 3, the stages of resnet20, or null (was 4).", error.Message);
    }

    [TestMethod]
    public void Fit_ColumnsThatDoNotFit_AreNamed()
    {
        using var classifier = Classifier();
        var rows = TestImages.Rows(mlContext, 3);

        foreach (var (column, part) in new[] { ("Photo", "no image column 'Photo'. The data has: Image, Class, Number, Label"), ("Number", "'Number' must hold images, the paths of image files, or such files' bytes (received Int32)") })
        {
            var estimator = mlContext.Transforms.ResNetFeaturizer(classifier, column);
            Assert.Contains(part, Assert.ThrowsExactly<ArgumentException>(() => estimator.Fit(rows)).Message);
            Assert.Contains(part, Assert.ThrowsExactly<ArgumentException>(() => estimator.GetOutputSchema(MLNetInternals.ShapeOf(null, rows.Schema))).Message);
        }
        var resized = mlContext.Transforms.ResizeImages("Image", 20, 30).Fit(rows).Transform(rows);
        Assert.Contains("holds 20×30 pixels; the network expects 16×16", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetFeaturizer(classifier).Fit(resized)).Message);
    }

    [TestMethod]
    public void Create_OptionsOutOfRange_TellsAllAtOnce()
    {
        var options = new ResNetFeaturizerOptions { ImageColumnName = "", OutputColumnName = " ", Stage = 0, ScoringBatchSize = 0 };

        var error = Assert.ThrowsExactly<ArgumentException>(() => mlContext.Transforms.ResNetFeaturizer("model", options));

        Assert.AreEqual("ResNetFeaturizerOptions: ImageColumnName must name a column (was empty); OutputColumnName must name a column (was empty); Stage must be at least 1, or null (was 0); ScoringBatchSize must be at least 1 (was 0).", error.Message);
        Assert.Throws<ArgumentException>(() => mlContext.Transforms.ResNetFeaturizer(" "));
        Assert.Throws<ArgumentNullException>(() => mlContext.Transforms.ResNetFeaturizer((ImageClassifier)null!));
        Assert.Throws<ArgumentNullException>(() => mlContext.Transforms.ResNetFeaturizer((ResNetClassifierTransformer)null!));
        Assert.Throws<ArgumentNullException>(() => mlContext.Transforms.ResNetFeaturizer((PretrainedWeights)null!));
    }

    [TestMethod]
    public void Fit_PretrainedWeights_AreReadFromTheCache()
    {
        using var folder = new TemporaryFolder();
        var before = Environment.GetEnvironmentVariable(PretrainedCache.FolderVariable);
        Environment.SetEnvironmentVariable(PretrainedCache.FolderVariable, folder.Path);
        try
        {
            using var original = Classifier();
            original.Network.Save(folder.File("saved"));
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File("saved"))));
            var weights = new PretrainedWeights("Tiny.V1", ResNetVariant.ResNet20, new($"http://127.0.0.1:9/tiny-{hash[..8]}.pth"), Preset) { ClassNames = TestImages.Classes };
            File.Move(folder.File("saved"), PretrainedCache.PathOf(weights));
            var rows = TestImages.Rows(mlContext, 3);

            using var model = mlContext.Transforms.ResNetFeaturizer(weights).Fit(rows);

            using var expected = mlContext.Transforms.ResNetFeaturizer(original).Fit(rows);
            AssertClose(Features(expected, rows), Features(model, rows));
        }
        finally
        {
            Environment.SetEnvironmentVariable(PretrainedCache.FolderVariable, before);
        }
    }
}
