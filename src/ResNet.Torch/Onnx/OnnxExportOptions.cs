using System.Globalization;

namespace ResNet.Torch;

/// <summary>What an ONNX file is to take and to give.</summary>
public sealed record OnnxExportOptions
{
    const int OldestOpset = 13, NewestOpset = 17;

    /// <summary>
    /// Version of ONNX's operators, 13 to 17. Default 17 (ONNX 1.12, 2022): ONNX Runtime reads it since 1.12, ML.NET's OnnxTransformer too. The
    /// operators of these networks are the same in all of them; an older version is for older readers alone.
    /// </summary>
    public int Opset { get; init; } = NewestOpset;

    /// <summary>
    /// Whether batch norms become part of the convolutions before them: fewer steps, and the same logits to rounding. A norm that stands before its
    /// convolution stays. False keeps every weight as it was trained. Default true.
    /// </summary>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>Images in a batch, at least 1. Default null: as many as come.</summary>
    public int? BatchSize { get; init; }

    /// <summary>What the file takes. Default <see cref="OnnxInput.Normalized"/>, as torchvision's networks.</summary>
    public OnnxInput Input { get; init; } = OnnxInput.Normalized;

    /// <summary>What the file gives. Default <see cref="OnnxOutput.Logits"/>, as torchvision's networks.</summary>
    public OnnxOutput Output { get; init; } = OnnxOutput.Logits;

    /// <summary>A stage whose features are an output too, 1 the first (<see cref="ResidualNetwork.Features"/>). Default null: none.</summary>
    public int? FeatureStage { get; init; }

    /// <summary>
    /// Whether the features are averaged over the pixels: [N, C] in place of [N, C, H, W]. Those of the last stage are then what the classifier looks
    /// at, behind the last norm of a pre-activated network. Default false.
    /// </summary>
    public bool PoolFeatures { get; init; }

    /// <summary>
    /// Whether outputs have the batch as their first dimension. False leaves it off, which takes a <see cref="BatchSize"/> of 1: logits are then
    /// [classes], and ML.NET reads them as a vector of that length. Default true.
    /// </summary>
    public bool HasBatchDimension { get; init; } = true;

    /// <summary>Name of the input; ML.NET's OnnxTransformer reads a column of that name. Default "input".</summary>
    public string InputName { get; init; } = "input";

    /// <summary>Name of the output. Default null: "logits" or "probabilities", as <see cref="Output"/> says.</summary>
    public string? OutputName { get; init; }

    /// <summary>Name of the output that has the features. Default "features".</summary>
    public string FeaturesName { get; init; } = "features";

    /// <summary>
    /// Whether the class names are kept in the way that ML.NET reads too: as slot names of the output's column. It takes a node that computes nothing, of
    /// the operator set ai.onnx.ml. Default false: in the metadata alone.
    /// </summary>
    public bool HasSlotNames { get; init; }

    /// <summary>
    /// Whether the file takes what ML.NET's ExtractPixels makes of any image with an offset of −1: RGB, for a grey network too, and 1 more than each
    /// pixel. A row without an image is all 0 there, which no image is, and is an error rather than a prediction.
    /// </summary>
    internal bool TakesOffsetRgb { get; init; }

    /// <summary>A stage whose pooled features are the output in place of the scores, 1 the first: the graph ends with them. Null: none.</summary>
    internal int? OnlyFeaturesOf { get; init; }

    /// <summary>Where the weights are from, for the metadata: an address, say, or a data set. Default null: not said.</summary>
    public string? Source { get; init; }

    /// <summary>Version of the file format that came with the opset: that of ONNX 1.8, or of 1.10.</summary>
    internal int FormatVersion => Opset < 15 ? 7 : 8;

    /// <summary>The output's name, given or chosen.</summary>
    internal string ScoreName => OutputName ?? (Output == OnnxOutput.Logits ? "logits" : "probabilities");

    /// <summary>Every option that is out of range or contradicts another, in words.</summary>
    public IEnumerable<string> Faults()
    {
        if (Opset is < OldestOpset or > NewestOpset)
            yield return $"{nameof(Opset)} must be {OldestOpset} to {NewestOpset} (was {Opset})";
        if (BatchSize < 1)
            yield return $"{nameof(BatchSize)} must be at least 1, or null (was {BatchSize})";
        if (!Enum.IsDefined(Input))
            yield return $"{nameof(Input)} must be one of {string.Join(", ", Enum.GetNames<OnnxInput>())} (was {Input})";
        if (!Enum.IsDefined(Output))
            yield return $"{nameof(Output)} must be one of {string.Join(", ", Enum.GetNames<OnnxOutput>())} (was {Output})";
        if (FeatureStage < 1)
            yield return $"{nameof(FeatureStage)} must be at least 1, or null (was {FeatureStage})";
        if (PoolFeatures && FeatureStage is null)
            yield return $"{nameof(PoolFeatures)} needs a {nameof(FeatureStage)} (was null)";
        if (!HasBatchDimension && BatchSize != 1)
            yield return $"{nameof(HasBatchDimension)} can be false for a {nameof(BatchSize)} of 1 alone (was {BatchSize?.ToString(CultureInfo.InvariantCulture) ?? "null"})";
        if (Names().Any(string.IsNullOrWhiteSpace))
            yield return $"{nameof(InputName)}, {nameof(OutputName)} and {nameof(FeaturesName)} must not be empty (were '{InputName}', '{ScoreName}' and '{FeaturesName}')";
        else if (Names().Distinct(StringComparer.Ordinal).Count() < Names().Count())
            yield return $"{nameof(InputName)}, {nameof(OutputName)} and {nameof(FeaturesName)} must differ (were '{InputName}', '{ScoreName}' and '{FeaturesName}')";
    }

    /// <summary>Tells all faults at once, with those that only a network shows.</summary>
    internal void RequireValid(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames)
    {
        var faults = string.Join("; ", Faults().Concat(FaultsFor(network, preset, classNames)));
        if (faults.Length > 0)
            throw new ArgumentException($"{nameof(OnnxExportOptions)}: {faults}.");
    }

    IEnumerable<string> FaultsFor(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames)
    {
        var stages = network.Variant.Depths.Stages;
        if (FeatureStage > stages)
            yield return $"{nameof(FeatureStage)} must be at most {stages}, the stages of {network.Variant} (was {FeatureStage})";
        if (HasSlotNames && classNames is null)
            yield return $"{nameof(HasSlotNames)} needs class names, which a classifier has and a network has not";
        if (preset.Channels != network.Channels || preset.Std.Count != network.Channels || preset.Height < 1 || preset.Width < 1)
            yield return $"the preset must be that of images with {network.Channels} channels, as {network.Variant} takes them (was {preset.Width}×{preset.Height} with {preset.Mean.Count} means and {preset.Std.Count} deviations)";
    }

    IEnumerable<string> Names() => FeatureStage is null ? [InputName, ScoreName] : [InputName, ScoreName, FeaturesName];
}

/// <summary>What an ONNX file takes.</summary>
public enum OnnxInput
{
    /// <summary>float32 [N, C, H, W], RGB, (x/255 − mean)/std: the preset's scale, mean and std are applied before.</summary>
    Normalized,

    /// <summary>float32 [N, C, H, W], RGB, 0 to 255, as ML.NET's ExtractPixels gives them: scale, mean and std are in the graph.</summary>
    Pixels,

    /// <summary>uint8 [N, H, W, C], RGB, as <see cref="ImageClassifier.Score"/> takes them and decoders give them: scale, mean and std are in the graph.</summary>
    InterleavedBytes,
}

/// <summary>What an ONNX file gives.</summary>
public enum OnnxOutput
{
    /// <summary>float32 [N, classes]: what the classifier's layer gives.</summary>
    Logits,

    /// <summary>float32 [N, classes], softmax of the logits: each image's sum to 1.</summary>
    Probabilities,
}
