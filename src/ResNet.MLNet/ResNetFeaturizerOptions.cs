using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Columns and features of a <see cref="ResNetFeaturizerEstimator"/>.</summary>
public sealed record ResNetFeaturizerOptions
{
    /// <summary>
    /// Column of images, or of the paths of image files (text), or of what such files hold (vector of bytes). Images of another size than the network's
    /// are resized and cropped as its preset says, if it does. Default "Image".
    /// </summary>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>Name of the new column of features. Default "Features", which ML.NET's trainers read.</summary>
    public string OutputColumnName { get; init; } = "Features";

    /// <summary>
    /// Name of a further new column that says why a row's image gave no features: text, empty where it did. For <see cref="BadImagePolicy.Skip"/>.
    /// Default null: there is no such column.
    /// </summary>
    public string? ImageErrorColumnName { get; init; }

    /// <summary>
    /// The stage whose features are wanted, 1 the first; it has <see cref="ResNetVariant.StageChannels"/> of them. Later stages are not computed. Default
    /// null: the last, whose features are what the classifier's layer looks at, behind the last norm of a pre-activated network.
    /// </summary>
    public int? Stage { get; init; }

    /// <summary>
    /// Rows scored in one forward pass, at least 1. Default null: 8 of images of 224×224 pixels, more of smaller ones, at most 32. Scores do not depend on it beyond
    /// rounding. A batch is decoded and scored on one thread, as many batches as there are processors at once; two more are read ahead.
    /// </summary>
    public int? ScoringBatchSize { get; init; }

    /// <summary>
    /// The numbers that the network scores in. Default <see cref="ScoringPrecision.Auto"/>: bfloat16 where the processor has instructions for it. A classifier that
    /// is the caller's keeps its own <see cref="ImageClassifier.Precision"/>.
    /// </summary>
    public ScoringPrecision ScoringPrecision { get; init; }

    /// <summary>
    /// Where the network scores. Default null: on the GPU that ML.NET's context names (<c>MLContext.GpuDeviceId</c>, <c>FallbackToCpu</c>), where it names one; else on
    /// the first that libtorch finds, or on the processor. A classifier that is the caller's keeps its own <see cref="ImageClassifier.Device"/>.
    /// </summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>
    /// What to do with a row whose image is missing or cannot be decoded. Skipped, its features are not numbers, which learners do not take:
    /// <c>mlContext.Data.FilterRowsByMissingValues</c> leaves it out. Default <see cref="BadImagePolicy.Throw"/>.
    /// </summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Throw;

    /// <summary>How image files are decoded, where <see cref="ImageColumnName"/> holds paths or bytes of such. Default: orientation applied, transparency left out.</summary>
    public ImageDecodingOptions Decoding { get; init; } = new();

    internal FeatureColumns Columns => new(ImageColumnName, OutputColumnName, ImageErrorColumnName);

    /// <summary>Tells all faults at once.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names each one.</exception>
    public void RequireValid()
    {
        var faults = string.Join("; ", Faults());
        if (faults.Length > 0)
            throw new ArgumentException($"{nameof(ResNetFeaturizerOptions)}: {faults}.");
    }

    /// <summary>The stage, of those that a network has.</summary>
    /// <exception cref="ArgumentException">The network has no such stage.</exception>
    internal int StageOf(ResNetVariant variant) => (Stage ?? variant.Depths.Stages) is var stage && stage <= variant.Depths.Stages
        ? stage
        : throw new ArgumentException($"{nameof(ResNetFeaturizerOptions)}: {nameof(Stage)} must be 1 to {variant.Depths.Stages}, the stages of {variant}, or null (was {Stage}).");

    IEnumerable<string> Faults()
    {
        foreach (var fault in Columns.Faults())
            yield return fault;
        if (Stage < 1)
            yield return $"{nameof(Stage)} must be at least 1, or null (was {Stage})";
        if (!Enum.IsDefined(ScoringPrecision))
            yield return $"{nameof(ScoringPrecision)} must be one of {string.Join(", ", Enum.GetNames<ScoringPrecision>())} (was {ScoringPrecision})";
        if (ScoringBatchSize < 1)
            yield return $"{nameof(ScoringBatchSize)} must be at least 1 (was {ScoringBatchSize})";
        foreach (var fault in Decoding?.Faults() ?? [$"{nameof(Decoding)} must be set (was null)"])
            yield return fault;
    }
}
