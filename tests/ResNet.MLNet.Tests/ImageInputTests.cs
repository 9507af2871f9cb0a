using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>A column of paths, of files' bytes, or of images of differing sizes in place of images that the pipeline has sized.</summary>
[TestClass]
public sealed class ImageInputTests : IDisposable
{
    static readonly ImagePreset resizing = ImagePreset.ImageNet(TestImages.Size, TestImages.Size) with { ResizeShorterSide = 20 };

    readonly MLContext mlContext = new(seed: 1);
    readonly TemporaryFolder folder = TestImages.Files(perClass: 4);

    public void Dispose() => folder.Dispose();

    static ImageClassifier Classifier(ImagePreset preset) => new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, TestImages.Classes.Length, preset.Channels), preset, TestImages.Classes);

    IDataView Paths() => mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(mlContext.Data.LoadImageFolder(folder.Path)).Transform(mlContext.Data.LoadImageFolder(folder.Path));

    string[] Files() => [.. mlContext.Data.LoadImageFolder(folder.Path).GetColumn<string>("ImagePath")];

    sealed class Encoded
    {
        public byte[] Image { get; init; } = [];
    }

    sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Fit_Paths_TrainsAsOnTheImagesThemselves(int threads)
    {
        var options = TestImages.Options with { DecodingThreads = threads, Preset = ImagePreset.ImageNet(TestImages.Size, TestImages.Size) };
        using var ofImages = mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.LoadFiles(mlContext, folder.Path));
        using var ofPaths = mlContext.Transforms.ResNetClassifier(options with { ImageColumnName = "ImagePath" }).Fit(Paths());

        var expected = ofImages.Transform(TestImages.LoadFiles(mlContext, folder.Path)).GetColumn<float[]>("Score").ToList();
        var scores = ofPaths.Transform(Paths()).GetColumn<float[]>("Score").ToList();

        Assert.HasCount(12, scores);
        for (var i = 0; i < scores.Count; i++)
            CollectionAssert.AreEqual(expected[i], scores[i]); // PNG files: the same pixels
    }

    [TestMethod]
    public void Fit_PathsWithoutAPreset_TakesTorchvisions()
    {
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options with { ImageColumnName = "ImagePath", Channels = 1 }).Fit(mlContext.Data.TakeRows(Paths(), 6));

        var preset = model.Classifier.Preset;
        Assert.AreEqual((224, 224, 256, 1), (preset.Height, preset.Width, preset.ResizeShorterSide, preset.Channels));
    }

    [TestMethod]
    public void Transform_PathsAndBytes_ScoreAsTheFile()
    {
        using var classifier = Classifier(resizing);
        using var ofPaths = mlContext.Transforms.ResNetScorer(classifier, imageColumnName: "ImagePath").Fit(Paths());
        var bytes = mlContext.Data.LoadFromEnumerable(Files().Select(file => new Encoded { Image = File.ReadAllBytes(file) }));
        using var ofBytes = mlContext.Transforms.ResNetScorer(classifier).Fit(bytes);

        var expected = Files().Select(file => classifier.ScoreFile(file)).ToList();
        AssertSame(expected, ofPaths.Transform(Paths()));
        AssertSame(expected, ofBytes.Transform(bytes));
        using var engine = mlContext.Model.CreatePredictionEngine<Encoded, Prediction>(ofBytes, new PredictionEngineOptions { OwnsTransformer = false });
        AssertClose(expected[5], engine.Predict(new() { Image = File.ReadAllBytes(Files()[5]) }).Score);
    }

    [TestMethod]
    public void Transform_ImagesOfDifferingSizes_AreResizedAsThePresetSays()
    {
        foreach (var (name, size) in new[] { ("small", 18), ("large", 61) })
        {
            using var image = TestImages.Image(0, seed: size, size);
            image.Save(folder.File("left", $"{name}.png"));
        }
        using var classifier = Classifier(resizing);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(TestImages.LoadFiles(mlContext, folder.Path));

        AssertSame([.. Files().Select(file => classifier.ScoreFile(file))], model.Transform(TestImages.LoadFiles(mlContext, folder.Path)));
    }

    [TestMethod]
    public void Transform_BadFile_NamesItOrSkipsIt()
    {
        var bad = folder.File("left", "01.png");
        File.WriteAllText(bad, "no image");
        using var classifier = Classifier(resizing);
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ImageColumnName = "ImagePath" }).Fit(Paths());

        var error = Assert.ThrowsExactly<InvalidDataException>(() => model.Transform(Paths()).GetColumn<float[]>("Score").ToList());
        Assert.StartsWith($"Column 'ImagePath', row 1 ({bad}): not an image that can be used: ", error.Message);

        model.OnBadImage = BadImagePolicy.Skip;
        var labels = model.Transform(Paths()).GetColumn<uint>("PredictedLabel").ToList();
        Assert.AreEqual(0u, labels[1]);
        Assert.AreEqual(1, labels.Count(label => label == 0));
    }

    [TestMethod]
    public void Transform_ErrorColumn_SaysWhyARowHasNoScore()
    {
        var bad = folder.File("left", "01.png");
        File.WriteAllBytes(bad, File.ReadAllBytes(bad)[..40]);
        using var classifier = Classifier(resizing);
        var scorer = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ImageColumnName = "ImagePath", OnBadImage = BadImagePolicy.Skip, ImageErrorColumnName = "Why" });
        using var model = scorer.Fit(Paths());

        var why = model.Transform(Paths()).GetColumn<string>("Why").ToList();

        Assert.StartsWith($"Column 'ImagePath', row 1 ({bad}): not an image that can be used: ", why[1]);
        Assert.IsTrue(why.Where((_, row) => row != 1).All(text => text.Length == 0));
        var promised = scorer.GetOutputSchema(MLNetInternals.ShapeOf(null, Paths().Schema)).Single(column => column.Name == "Why");
        Assert.AreEqual((SchemaShape.Column.VectorKind.Scalar, (DataViewType)TextDataViewType.Instance), (promised.Kind, promised.ItemType));
        Assert.Contains("'Why' says why", Assert.ThrowsExactly<NotSupportedException>(() => SaveOf(TestImages.Rows(mlContext, 1))).Message);

        void SaveOf(IDataView images)
        {
            using var ofImages = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ImageErrorColumnName = "Why" }).Fit(images);
            mlContext.Model.Save(ofImages, null, new MemoryStream());
        }
    }

    [TestMethod]
    public void Load_SavedTransformer_ScoresAndSavesAgain()
    {
        var rows = TestImages.Rows(mlContext, 4);
        using var classifier = Classifier(ImagePreset.ImageNet(TestImages.Size, TestImages.Size));
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);
        model.Save(folder.File("network.safetensors"));

        using var loaded = ResNetClassifierTransformer.Load(folder.File("network.safetensors"), new() { ScoringBatchSize = 3 });

        AssertSame([.. model.Transform(rows).GetColumn<float[]>("Score")], loaded.Transform(rows));
        mlContext.Model.Save(loaded, null, new MemoryStream());
    }

    [TestMethod]
    public void Save_Paths_SaysWhatToDo()
    {
        using var classifier = Classifier(resizing);
        using var model = mlContext.Transforms.ResNetScorer(classifier, imageColumnName: "ImagePath").Fit(Paths());

        var error = Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(model, null, new MemoryStream()));

        Assert.StartsWith("The column 'ImagePath' holds image files", error.Message);
        Assert.Contains("Put LoadImages and ResizeImages(\"ImagePath\", 16, 16) before the network", error.Message);
    }

    static void AssertSame(List<float[]> expected, IDataView scored)
    {
        var scores = scored.GetColumn<float[]>("Score").ToList();
        Assert.HasCount(expected.Count, scores);
        foreach (var (wanted, got) in expected.Zip(scores))
            AssertClose(wanted, got);
    }

    static void AssertClose(float[] expected, float[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5f);
    }
}
