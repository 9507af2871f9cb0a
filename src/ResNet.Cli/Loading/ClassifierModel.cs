using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>A network in libtorch, which it owns; files are decoded and scored on all processors.</summary>
sealed class ClassifierModel(ImageClassifier classifier) : PresetModel
{
    public override ImageClassifier Classifier => classifier;

    public override IEnumerable<ImageScores> Score(IReadOnlyList<ModelImage> images, CancellationToken cancellation) => images.All(image => image is ModelImage.OfFile)
        ? classifier.ScoreFiles(images.Select(image => image.Name), cancellationToken: cancellation)
        : base.Score(images, cancellation);

    public override IAsyncEnumerable<ImageScores> ScoreFilesAsync(IAsyncEnumerable<string> paths, int? batchSize, CancellationToken cancellation) =>
        classifier.ScoreFilesAsync(paths, batchSize: batchSize, cancellationToken: cancellation);

    protected override float[] Score(ReadOnlySpan<byte> pixels) => classifier.Score(pixels);

    public override void Dispose() => classifier.Dispose();
}
