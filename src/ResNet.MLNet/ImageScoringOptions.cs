using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.MLNet;

/// <summary>The images that a component reads, and how a network runs on them: what all components have in common.</summary>
public abstract record ImageScoringOptions
{
    private protected ImageScoringOptions()
    {
    }

    /// <summary>
    /// Column of images, or of the paths of image files (text), or of what such files hold (vector of bytes). Images of another size than the network's
    /// are resized and cropped as its preset says, if it does. Default "Image".
    /// </summary>
    /// <remarks>
    /// Of images that ML.NET makes: <c>LoadImages</c> ignores EXIF orientation; <c>ResizeImages</c> takes the nearest pixel with <c>ResizingKind.Fill</c>, which networks trained elsewhere
    /// have not seen (<c>IsoCrop</c>, its default, is smooth); <c>AppendCacheCheckpoint</c> and <c>Data.Cache</c> drop columns of images. Paths and bytes have none of this.
    /// </remarks>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>
    /// Name of a further new column that says why nothing came of a row's image: text, empty where something did. For <see cref="BadImagePolicy.Skip"/>.
    /// Default null: there is no such column.
    /// </summary>
    public string? ImageErrorColumnName { get; init; }

    /// <summary>How image files are decoded, where <see cref="ImageColumnName"/> holds paths or bytes of such. Default: orientation applied, transparency left out.</summary>
    public ImageDecodingOptions Decoding { get; init; } = new();

    /// <summary>
    /// What to do with a row whose image is missing or cannot be decoded. Skipped, its scores or features are not numbers, which learners do not take:
    /// <c>mlContext.Data.FilterRowsByMissingValues</c> leaves it out. Default <see cref="BadImagePolicy.Throw"/>.
    /// </summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Throw;

    /// <summary>
    /// Images in one forward pass, at least 1; of a preset that takes ten crops (<see cref="ImagePreset.Crops"/>) each crop counts. Default null: 8 of 224×224 pixels, more of smaller ones,
    /// at most 32. Scores and features do not depend on it beyond rounding. A batch is scored on one thread, as many batches as there are processors at once; two more are read ahead.
    /// </summary>
    public int? ScoringBatchSize { get; init; }

    /// <summary>
    /// The numbers that the network scores in. Default <see cref="ScoringPrecision.Auto"/>: bfloat16 where the processor has instructions for it. A classifier that
    /// is the caller's keeps its own <see cref="ImageClassifier.Precision"/>.
    /// </summary>
    public ScoringPrecision ScoringPrecision { get; init; }

    /// <summary>
    /// Where the network scores, and is trained unless <see cref="TrainingOptions.Device"/> says otherwise. Default null: on the GPU that ML.NET's context names
    /// (<c>MLContext.GpuDeviceId</c>, <c>FallbackToCpu</c>), where it names one; else on the first that libtorch finds, or on the processor. A classifier that is the caller's keeps
    /// its own <see cref="ImageClassifier.Device"/>.
    /// </summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>Tells all faults at once.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names each one.</exception>
    public void RequireValid() => OptionFaults.RequireNone(GetType().Name, OwnFaults().Concat(CommonFaults()));

    /// <summary>What is wrong with the component's own options, and with its columns' names.</summary>
    private protected abstract IEnumerable<string> OwnFaults();

    IEnumerable<string> CommonFaults()
    {
        if (OptionFaults.OfChoice(ScoringPrecision) is { } ofScoringPrecision)
            yield return ofScoringPrecision;
        if (ScoringBatchSize < 1)
            yield return $"{nameof(ScoringBatchSize)} must be at least 1 (was {ScoringBatchSize})";
        foreach (var fault in Decoding?.Faults() ?? [$"{nameof(Decoding)} must be set (was null)"])
            yield return fault;
    }
}
