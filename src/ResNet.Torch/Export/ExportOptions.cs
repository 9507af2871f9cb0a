using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>What every exported file is to take, to give and to say, whatever its format.</summary>
public abstract record ExportOptions
{
    private protected ExportOptions()
    {
    }

    /// <summary>What the file takes. Default <see cref="ExportInput.Normalized"/>, as torchvision's networks.</summary>
    public ExportInput Input { get; init; } = ExportInput.Normalized;

    /// <summary>What the file gives. Default <see cref="ExportOutput.Logits"/>, as torchvision's networks.</summary>
    public ExportOutput Output { get; init; } = ExportOutput.Logits;

    /// <summary>
    /// A stage whose features are given too, 1 the first (<see cref="ResidualNetwork.Features"/>): as a second output of an ONNX file, as the second of
    /// the pair that a TorchScript module then returns. Default null: none.
    /// </summary>
    public int? FeatureStage { get; init; }

    /// <summary>
    /// Whether the features are averaged over the pixels: [N, C] in place of [N, C, H, W]. Those of the last stage are then what the classifier looks
    /// at, behind the last norm of a pre-activated network. Default false.
    /// </summary>
    public bool PoolFeatures { get; init; }

    /// <summary>Where the weights are from, for the metadata: an address, say, or a data set. Default null: not said.</summary>
    public string? Source { get; init; }

    /// <summary>Every option that is out of range or contradicts another, in words.</summary>
    public virtual IEnumerable<string> Faults()
    {
        if (OptionFaults.OfChoice(Input) is { } ofInput)
            yield return ofInput;
        if (OptionFaults.OfChoice(Output) is { } ofOutput)
            yield return ofOutput;
        if (FeatureStage < 1)
            yield return $"{nameof(FeatureStage)} must be at least 1, or null (was {FeatureStage})";
        if (PoolFeatures && FeatureStage is null)
            yield return $"{nameof(PoolFeatures)} needs a {nameof(FeatureStage)} (was null)";
    }

    /// <summary>Tells all faults at once, with those that only a network shows.</summary>
    internal void RequireValid(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames) =>
        OptionFaults.RequireNone(GetType().Name, Faults().Concat(FaultsFor(network, preset, classNames)));

    /// <summary>Every fault that the network, its preset or its class names show.</summary>
    private protected virtual IEnumerable<string> FaultsFor(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames)
    {
        if (preset.Channels != network.Channels || preset.Std.Count != network.Channels || preset.Height < 1 || preset.Width < 1)
            yield return $"the preset must be that of images with {Counted.Of(network.Channels, "channel")}, as {network.Variant} takes them (was {preset.Width}×{preset.Height} with {Counted.Of(preset.Mean.Count, "mean")} and {Counted.Of(preset.Std.Count, "deviation")})";
        if (!preset.Mean.All(float.IsFinite) || !preset.Std.All(std => float.IsFinite(std) && std > 0))
            yield return $"the preset must have finite means and deviations above 0 (were {string.Join(", ", preset.Mean)} and {string.Join(", ", preset.Std)})";
        var stages = network.Variant.Depths.Stages;
        if (FeatureStage > stages)
            yield return $"{nameof(FeatureStage)} must be at most {stages}, the stages of {network.Variant} (was {FeatureStage})";
    }
}
