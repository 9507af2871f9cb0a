using Microsoft.ML;
using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Columns, network and training of a <see cref="ResNetClassifierEstimator"/>.</summary>
public sealed record ResNetClassifierOptions : ImageScoringOptions
{
    /// <summary>Column of type key, as <c>MapValueToKey</c> makes it. Rows whose label is missing are left out of training. Default "Label".</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>Name of the new column of probabilities. Default "Score".</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>Name of the new column of predicted labels. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>The network. Default <see cref="ResNetVariant.ResNet18"/>.</summary>
    public ResNetVariant Variant { get; init; } = ResNetVariant.ResNet18;

    /// <summary>The stem. Default null: by the network and the size of the images (<see cref="ResNetVariant.StemAt"/>).</summary>
    public Stem? Stem { get; init; }

    /// <summary>Channels that the network sees: 3 (RGB) or 1 (grey, by the luma of ITU-R BT.601). Default 3.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>
    /// What images become before they are trained on, and scored later: size, resizing, mean and deviation. Default null: images of a column of images are
    /// taken as the pipeline made them, all of one size; image files become 224×224 as torchvision's first weights had them
    /// (<see cref="ImagePresets.TorchvisionV1"/>), or what the classifier that is fine-tuned takes. Training takes the middle of an image, whatever
    /// <see cref="ImagePreset.Crops"/> says for scoring.
    /// </summary>
    public ImagePreset? Preset { get; init; }

    /// <summary>How the network is trained. Its seed, when null, is drawn from the <see cref="MLContext"/>'s, as other trainers do.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Rows to measure each epoch on, with the label and image columns of the training rows. Default none.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>Share of the training rows held back to measure each epoch on, the same of every class, and at least one image of each that has two; above 0 and below 1. Default none. Not together with <see cref="ValidationSet"/>.</summary>
    public double? ValidationSetFraction { get; init; }

    /// <summary>
    /// Images decoded at once before the training, at least 1. The images and their order do not depend on it. Default: the processors.
    /// </summary>
    /// <remarks>
    /// Above 1 the rows are read through <see cref="IDataView.GetRowCursorSet"/>: ML.NET reads the source once, divides the rows in
    /// batches of 128, and runs the pipeline's row by row steps, custom mappings among them, in several threads. Images that are in
    /// memory it does not divide: one thread reads those.
    /// </remarks>
    public int DecodingThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes of pixels held in memory while training, at least 0, for the training rows and again for those of <see cref="ValidationSet"/>;
    /// the pixels of further images go to a temporary file. An image takes height × width × channels bytes. Default null: half of the
    /// memory that the runtime may use (<see cref="LabelledImages(ImagePreset, int, long?)"/>).
    /// </summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Told of each training step and epoch, from the training thread. Default none.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Ends <c>Fit</c> before the next row is read or the next step taken, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal ClassifierColumns Columns => new(LabelColumnName, new(ImageColumnName, ScoreColumnName, PredictedLabelColumnName, ImageErrorColumnName));

    /// <summary>The same for a transformer, which keeps no rows alive that it does not need.</summary>
    internal ResNetClassifierOptions ForScoring => this with { Training = new(), ValidationSet = null, Progress = null, CancellationToken = default };

    private protected override IEnumerable<string> OwnFaults()
    {
        if (string.IsNullOrWhiteSpace(LabelColumnName))
            yield return $"{nameof(LabelColumnName)} must name a column (was empty)";
        foreach (var fault in Columns.Scoring.Faults())
            yield return fault;
        if (Variant is null)
            yield return $"{nameof(Variant)} must be a network (was null)";
        if (Channels is not (1 or 3))
            yield return $"{nameof(Channels)} must be 3 (RGB) or 1 (grey) (was {Channels})";
        if (ValidationSetFraction is { } fraction && fraction is not (> 0 and < 1))
            yield return $"{nameof(ValidationSetFraction)} must be above 0 and below 1 (was {fraction})";
        if (ValidationSet is not null && ValidationSetFraction is not null)
            yield return $"{nameof(ValidationSet)} and {nameof(ValidationSetFraction)} exclude one another (both were set)";
        if (DecodingThreads < 1)
            yield return $"{nameof(DecodingThreads)} must be at least 1 (was {DecodingThreads})";
        if (MemoryLimit < 0)
            yield return $"{nameof(MemoryLimit)} must be at least 0 (was {MemoryLimit})";
        if (Preset is not null && Preset.Fault() is { } presetFault)
            yield return presetFault.TrimEnd('.');
        else if (Preset is not null && Preset.Channels != Channels)
            yield return $"{nameof(Preset)} must have {nameof(Channels)} means ({Channels}; has {Preset.Channels})";
        foreach (var fault in Training?.Faults() ?? [$"{nameof(Training)} must be set (was null)"])
            yield return fault;
    }
}
