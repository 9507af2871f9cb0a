using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>A preset of ten crops in ML.NET's components: what comes out is the average over crops that are cut here by hand.</summary>
[TestClass]
public sealed class TenCropTests : IDisposable
{
    const int Side = 20;

    /// <summary>Resized to the size that the files have, which changes no pixel.</summary>
    static readonly ImagePreset preset = ImagePreset.ImageNet(TestImages.Size, TestImages.Size) with { ResizeTo = new(Side, Side), Crops = ImageCrops.Ten };

    public TestContext TestContext { get; set; } = null!;

    readonly MLContext mlContext = new(seed: 1);
    readonly TemporaryFolder folder = TestImages.Files(perClass: 3, Side);
    readonly ImageClassifier classifier = new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, TestImages.Classes.Length), preset, TestImages.Classes);
    readonly string[] files;

    public TenCropTests() => files = [.. Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        classifier.Dispose();
        folder.Dispose();
    }

    sealed class PathRow
    {
        public string Image { get; set; } = "";

        public uint Number { get; set; }
    }

    sealed class BytesRow
    {
        public byte[] Image { get; set; } = [];
    }

    sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }

    IDataView Paths() => mlContext.Data.LoadFromEnumerable(files.Select((file, i) => new PathRow { Image = file, Number = (uint)i }));

    /// <summary>The same images in each form that a column has them in.</summary>
    IDataView Rows(string form) => form switch
    {
        "paths" => Paths(),
        "bytes" => mlContext.Data.LoadFromEnumerable(files.Select(file => new BytesRow { Image = File.ReadAllBytes(file) })),
        _ => mlContext.Transforms.LoadImages("Image", null, "Image").Fit(Paths()).Transform(Paths()),
    };

    /// <summary>The average of what the network gives for each of the ten parts by itself.</summary>
    static float[] Average(string file, Func<byte[], float[]> score) => Average(Rgb(file), new(Side, Side), score);

    static float[] Average(byte[] rgb, ImageSize size, Func<byte[], float[]> score)
    {
        var all = Crops(rgb, size).Select(score).ToList();
        return [.. Enumerable.Range(0, all[0].Length).Select(i => (float)all.Average(one => (double)one[i]))];
    }

    static byte[] Rgb(string file)
    {
        using var image = MLImage.CreateFromFile(file);
        var (pixels, red) = (image.Pixels.ToArray(), image.PixelFormat == MLPixelFormat.Rgba32 ? 0 : 2);
        return [.. pixels.Chunk(4).SelectMany(pixel => new[] { pixel[red], pixel[1], pixel[2 - red] })];
    }

    static IEnumerable<byte[]> Crops(byte[] rgb, ImageSize size)
    {
        var (down, across) = (size.Height - TestImages.Size, size.Width - TestImages.Size);
        foreach (var isMirrored in new[] { false, true })
        {
            foreach (var (top, left) in new[] { (0, 0), (0, across), (down, 0), (down, across), ((int)Math.Round(down / 2.0), (int)Math.Round(across / 2.0)) })
            {
                yield return [.. from y in Enumerable.Range(top, TestImages.Size)
                                 from x in Enumerable.Range(left, TestImages.Size)
                                 from channel in Enumerable.Range(0, 3)
                                 select rgb[3 * (y * size.Width + (isMirrored ? size.Width - 1 - x : x)) + channel]];
            }
        }
    }

    static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5f * Math.Max(1, Math.Abs(expected[i])));
    }

    [TestMethod]
    [DataRow("paths", null)]
    [DataRow("paths", 1)]
    [DataRow("paths", 30)]
    [DataRow("bytes", null)]
    [DataRow("bytes", 1000)]
    [DataRow("images", null)]
    [DataRow("images", 30)]
    public void Scorer_AveragesTheProbabilitiesOfTheTenCrops(string form, int? batchSize)
    {
        var rows = Rows(form);
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ScoringBatchSize = batchSize }).Fit(rows);

        var scores = model.Transform(rows).GetColumn<float[]>("Score").ToList();

        Assert.HasCount(files.Length, scores);
        for (var i = 0; i < files.Length; i++)
            AssertClose(Average(files[i], crop => classifier.Score(crop)), scores[i]);
        Assert.IsGreaterThan(1e-3f, scores[0].Zip(classifier.Score(preset.ReadFile(files[0])), (ten, middle) => Math.Abs(ten - middle)).Max(), "the images do not tell crops from one another");
    }

    [TestMethod]
    public void Scorer_Photographs_AveragesTheProbabilitiesOfTheTenCrops()
    {
        string[] photos = [.. new[] { "n01614925_bald_eagle.JPEG", "n01443537_goldfish_cmyk.JPEG", "n04612504_yawl.JPEG", "n01614925_bald_eagle_palette.png" }.Select(name => SharedData.Find($"data/photos/{name}")).OfType<string>()];
        if (photos.Length == 0)
        {
            TestContext.WriteLine("Left out: shared/data/photos is not beside the repository.");
            return;
        }
        using var ofPhotos = new ImageClassifier(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, 5), preset with { ResizeTo = null, ResizeShorterSide = 40 }, ["a", "b", "c", "d", "e"]);
        var rows = mlContext.Data.LoadFromEnumerable(photos.Select(photo => new PathRow { Image = photo }));
        var decoding = new ImageDecodingOptions { ReducesLargeJpegs = false }; // how far they are reduced depends on the preset's sizes
        using var model = mlContext.Transforms.ResNetScorer(ofPhotos, new ResNetScorerOptions { Decoding = decoding }).Fit(rows);

        var scores = model.Transform(rows).GetColumn<float[]>("Score").ToList();

        for (var i = 0; i < photos.Length; i++)
        {
            var (height, width) = (ImageSize.OfFile(photos[i]).Height, ImageSize.OfFile(photos[i]).Width);
            var size = new ImageSize(height <= width ? 40 : 40 * height / width, height <= width ? 40 * width / height : 40);
            var whole = ImagePreset.ImageNet(size.Height, size.Width) with { ResizeTo = size };
            AssertClose(Average(whole.ReadFile(photos[i], decoding), size, crop => ofPhotos.Score(crop)), scores[i]);
        }
    }

    [TestMethod]
    [DataRow("paths", null, 3)]
    [DataRow("bytes", 1, 1)]
    [DataRow("images", 30, 2)]
    public void Featurizer_AveragesTheFeaturesOfTheTenCrops(string form, int? batchSize, int stage)
    {
        var rows = Rows(form);
        using var model = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { ScoringBatchSize = batchSize, Stage = stage }).Fit(rows);

        var features = model.Transform(rows).GetColumn<float[]>("Features").ToList();

        Assert.HasCount(files.Length, features);
        for (var i = 0; i < files.Length; i++)
            AssertClose(Average(files[i], crop => classifier.Features(crop, stage)), features[i]);
    }

    [TestMethod]
    public void PredictionEngine_OfASavedNetwork_TakesTheTenCrops()
    {
        classifier.Save(folder.File("network"));
        using var engine = mlContext.Model.CreatePredictionEngine<PathRow, Prediction>(mlContext.Transforms.ResNetScorer(folder.File("network")).Fit(Paths()));

        AssertClose(Average(files[4], crop => classifier.Score(crop)), engine.Predict(new() { Image = files[4] }).Score);
    }

    [TestMethod]
    public void Transform_BadFileSkipped_LeavesTheOthersTheirScores()
    {
        File.WriteAllText(files[1], "no image");
        var rows = Rows("paths");
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { OnBadImage = BadImagePolicy.Skip, ScoringBatchSize = 40 }).Fit(rows);

        var scores = model.Transform(rows).GetColumn<float[]>("Score").ToList();

        Assert.IsTrue(scores[1].All(float.IsNaN));
        foreach (var good in new[] { 0, 2, 3, 8 })
            AssertClose(Average(files[good], crop => classifier.Score(crop)), scores[good]);
    }

    [TestMethod]
    public void Fit_TrainsOnTheMiddleAndScoresTenCrops()
    {
        var rows = mlContext.Transforms.Conversion.MapValueToKey("Label", "Number").Fit(Paths()).Transform(Paths());
        var options = TestImages.Options with { Preset = preset with { Crops = ImageCrops.Centre } };
        using var ofMiddle = mlContext.Transforms.ResNetClassifier(options).Fit(rows);

        using var ofTen = mlContext.Transforms.ResNetClassifier(options with { Preset = preset }).Fit(rows);

        Assert.AreEqual(ofMiddle.History[0].TrainingLoss, ofTen.History[0].TrainingLoss);
        Assert.AreEqual(ImageCrops.Ten, ofTen.Classifier.Preset.Crops);
        AssertClose(Average(files[0], crop => ofMiddle.Classifier.Score(crop)), ofTen.Transform(rows).GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void Fit_ImagesThatThePipelineCropped_SaysWhatToDo()
    {
        var rows = mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size).Fit(Rows("images")).Transform(Rows("images"));
        IEstimator<ITransformer>[] estimators =
        [
            mlContext.Transforms.ResNetScorer(classifier),
            mlContext.Transforms.ResNetFeaturizer(classifier),
            mlContext.Transforms.ResNetClassifier(TestImages.Options with { Preset = preset }),
        ];
        rows = mlContext.Transforms.Conversion.MapValueToKey("Label", "Number").Fit(rows).Transform(rows);

        foreach (var estimator in estimators)
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => estimator.Fit(rows));

            Assert.StartsWith("The image column 'Image' holds 16×16 pixels, of which ten crops of that size cannot be cut", error.Message);
            Assert.Contains("Leave ResizeImages(\"Image\") out, or name the column of paths", error.Message);
        }
    }

    [TestMethod]
    public void SaveAsMLNetsOwn_SaysWhatToDo()
    {
        var rows = Rows("images");
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);
        using var featurizer = mlContext.Transforms.ResNetFeaturizer(classifier).Fit(rows);

        foreach (var one in new ITransformer[] { model, featurizer })
            Assert.StartsWith("The preset takes ten crops of each image", Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.Save(one, null, new MemoryStream())).Message);
    }
}
