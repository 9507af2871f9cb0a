using Microsoft.ML;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>The same images as paths, as files' bytes and as images, and a network that scores them.</summary>
public abstract class FormsOfImages : IDisposable
{
    private protected static readonly ImagePreset preset = ImagePreset.ImageNet(TestImages.Size, TestImages.Size) with { ResizeShorterSide = 20 };

    private protected readonly MLContext mlContext = new(seed: 1);
    private protected readonly TemporaryFolder folder = TestImages.Files(perClass: 9);
    private protected readonly ImageClassifier classifier = new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, TestImages.Classes.Length), preset, TestImages.Classes);
    private protected readonly string[] files;

    protected FormsOfImages() => files = [.. Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        classifier.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected sealed class FileRow
    {
        public string Image { get; set; } = "";

        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];
    }

    private protected sealed class BytesRow
    {
        public byte[] Image { get; set; } = [];

        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];
    }

    private protected sealed class Scored
    {
        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];

        public float[] Score { get; set; } = [];
    }

    private protected IEnumerable<FileRow> Rows() => files.Select((file, i) => new FileRow { Image = file, Number = i, Numbers = [.. Enumerable.Repeat(i + 0.5f, i % 3)] });

    private protected IDataView Paths() => mlContext.Data.LoadFromEnumerable(Rows());

    /// <summary>The same images in each form that a column has them in.</summary>
    private protected IDataView Images(string form) => form switch
    {
        "paths" => Paths(),
        "bytes" => mlContext.Data.LoadFromEnumerable(Rows().Select(row => new BytesRow { Image = File.ReadAllBytes(row.Image), Number = row.Number, Numbers = row.Numbers })),
        "images" => mlContext.Transforms.LoadImages("Image", null, "Image").Fit(Paths()).Transform(Paths()),
        _ => throw new ArgumentException(form),
    };

    private protected ResNetClassifierTransformer Model(IDataView rows, int? batchSize = null, BadImagePolicy onBadImage = BadImagePolicy.Throw, string? errors = null) =>
        mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ScoringBatchSize = batchSize, OnBadImage = onBadImage, ImageErrorColumnName = errors }).Fit(rows);

    private protected static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5f);
    }
}
