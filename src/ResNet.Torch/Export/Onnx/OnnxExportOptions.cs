using System.Globalization;

namespace ResNet.Torch;

/// <summary>What an ONNX file is to take and to give.</summary>
public sealed record OnnxExportOptions : ExportOptions
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

    /// <summary>
    /// Whether outputs have the batch as their first dimension. False leaves it off, which takes a <see cref="BatchSize"/> of 1: logits are then
    /// [classes], and ML.NET reads them as a vector of that length. Default true.
    /// </summary>
    public bool HasBatchDimension { get; init; } = true;

    /// <summary>Name of the input; ML.NET's OnnxTransformer reads a column of that name. Default "input".</summary>
    public string InputName { get; init; } = "input";

    /// <summary>Name of the output. Default null: "logits" or "probabilities", as <see cref="ExportOptions.Output"/> says.</summary>
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

    /// <summary>The stage whose features, averaged over the pixels, the file gives in place of scores, and nothing that comes behind; null for scores.</summary>
    internal int? OnlyFeaturesOf { get; init; }

    /// <summary>Version of the file format that came with the opset: that of ONNX 1.8, or of 1.10.</summary>
    internal int FormatVersion => Opset < 15 ? 7 : 8;

    /// <summary>The output's name, given or chosen.</summary>
    internal string ScoreName => OutputName ?? (Output == ExportOutput.Logits ? "logits" : "probabilities");

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults())
            yield return fault;
        if (Opset is < OldestOpset or > NewestOpset)
            yield return $"{nameof(Opset)} must be {OldestOpset} to {NewestOpset} (was {Opset})";
        if (BatchSize < 1)
            yield return $"{nameof(BatchSize)} must be at least 1, or null (was {BatchSize})";
        if (!HasBatchDimension && BatchSize != 1)
            yield return $"{nameof(HasBatchDimension)} can be false for a {nameof(BatchSize)} of 1 alone (was {BatchSize?.ToString(CultureInfo.InvariantCulture) ?? "null"})";
        if (Names().Any(string.IsNullOrWhiteSpace))
            yield return $"{nameof(InputName)}, {nameof(OutputName)} and {nameof(FeaturesName)} must not be empty (were '{InputName}', '{ScoreName}' and '{FeaturesName}')";
        else if (Names().Distinct(StringComparer.Ordinal).Count() < Names().Count())
            yield return $"{nameof(InputName)}, {nameof(OutputName)} and {nameof(FeaturesName)} must differ (were '{InputName}', '{ScoreName}' and '{FeaturesName}')";
    }

    private protected override IEnumerable<string> FaultsFor(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames)
    {
        foreach (var fault in base.FaultsFor(network, preset, classNames))
            yield return fault;
        if (HasSlotNames && classNames is null)
            yield return $"{nameof(HasSlotNames)} needs class names, which a classifier has and a network has not";
    }

    IEnumerable<string> Names() => FeatureStage is null ? [InputName, ScoreName] : [InputName, ScoreName, FeaturesName];
}
