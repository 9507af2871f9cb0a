using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>The classifier on batches of bytes that are there already: no file is read.</summary>
sealed class ReadyBytes(SideSettings settings) : ISide
{
    /// <summary>Images in a forward pass: the default of ResNetScorerOptions.</summary>
    public const int BatchSize = 32;

    readonly ImageClassifier classifier = Classifiers.Seeded(settings);
    readonly byte[] batch = Classifiers.ReadyBytes(settings, BatchSize);

    public ImageClassifier Classifier => classifier;

    public Measurement Round(int images)
    {
        var batches = Math.Max(1, images / BatchSize);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < batches; i++)
            _ = classifier.Score(batch);
        return new(batches * BatchSize, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => classifier.Dispose();
}
