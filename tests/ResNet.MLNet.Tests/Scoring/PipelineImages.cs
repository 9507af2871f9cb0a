using Microsoft.ML;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>Rows whose images <c>LoadImages</c> and <c>ResizeImages</c> make, and a network that scores them.</summary>
sealed class PipelineImages : IDisposable
{
    readonly TemporaryFolder folder = TestImages.Files(perClass: 5);
    readonly string[] files;
    readonly float[][] expected;

    public PipelineImages()
    {
        files = [.. Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        expected = Array.ConvertAll(files, file => Classifier.ScoreFile(file));
    }

    public sealed class FileRow
    {
        public string ImagePath { get; set; } = "";

        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];
    }

    public sealed class Scored
    {
        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];

        public float[] Score { get; set; } = [];
    }

    public MLContext MLContext { get; } = new(seed: 1);

    public ImageClassifier Classifier { get; } = new(
        ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, TestImages.Classes.Length), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), TestImages.Classes);

    /// <summary>How often the rows were read from their beginning.</summary>
    public int Passes { get; private set; }

    /// <summary>Rows that were asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>Rows whose number nobody knows before the end.</summary>
    public IEnumerable<FileRow> Rows(int count, int? badRow = null)
    {
        Passes++;
        Asked = 0;
        for (var i = 0; i < count; i++)
        {
            Asked++;
            yield return new FileRow { ImagePath = i == badRow ? BadFile : files[i % files.Length], Number = i, Numbers = [.. Enumerable.Repeat(i + 0.5f, i % 3)] };
        }
    }

    /// <summary>A file that is no image.</summary>
    public string BadFile => field ??= folder.File("bad.png", "no image"u8);

    public IDataView Images(IEnumerable<FileRow> rows) => Images(MLContext.Data.LoadFromEnumerable(rows));

    public IDataView Images(IDataView paths) =>
        MLContext.Transforms.LoadImages("Image", null, "ImagePath").Append(MLContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size)).Fit(paths).Transform(paths);

    public ResNetClassifierTransformer Model(int? batchSize = null, BadImagePolicy onBadImage = BadImagePolicy.Throw)
    {
        var rows = Images([]);
        return MLContext.Transforms.ResNetScorer(Classifier, new ResNetScorerOptions { ScoringBatchSize = batchSize, OnBadImage = onBadImage }).Fit(rows);
    }

    public List<Scored> Read(IDataView scored) => [.. MLContext.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false)];

    /// <summary>Requires the scores that the row's file has by itself.</summary>
    public void AssertScore(int row, float[] score)
    {
        Assert.HasCount(TestImages.Classes.Length, score);
        for (var i = 0; i < score.Length; i++)
            Assert.AreEqual(expected[row % files.Length][i], score[i], 1e-5f, $"row {row}");
    }

    public void Dispose()
    {
        Classifier.Dispose();
        folder.Dispose();
    }
}
