using ResNet.Torch.TorchScript;

namespace ResNet.Torch;

/// <summary>What a TorchScript archive takes, gives and says of itself.</summary>
public sealed record TorchScriptExportOptions
{
    /// <summary>
    /// Whether the module takes pixels, RGB or grey, 0 to 255 of any type, and normalises them itself by <see cref="Preset"/>. Default false: it
    /// takes what the network takes, float32 and normalised. Both are [N, C, H, W]; images are resized before, in either case.
    /// </summary>
    public bool TakesPixels { get; init; }

    /// <summary>Whether the module ends with a softmax. Default false: it gives logits, as the network does.</summary>
    public bool GivesProbabilities { get; init; }

    /// <summary>
    /// What the network expects of its images; written as <c>preset.json</c>. Default null: the classifier's own where one is
    /// exported, none with a bare network.
    /// </summary>
    public ImagePreset? Preset { get; init; }

    /// <summary>
    /// The name of each class, in the order of the logits; written as <c>class_names.json</c>. Default null: the classifier's own
    /// where one is exported, none with a bare network.
    /// </summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Further text by its file's name, which <c>torch.jit.load</c> gives out by <c>_extra_files</c>. Default none.</summary>
    public IReadOnlyDictionary<string, string> ExtraFiles { get; init; } = new Dictionary<string, string>();

    internal void RequireValid(ResidualNetwork network)
    {
        var faults = string.Join("; ", Faults(network));
        if (faults.Length > 0)
            throw new ArgumentException($"{nameof(TorchScriptExportOptions)}: {faults}.");
    }

    IEnumerable<string> Faults(ResidualNetwork network)
    {
        if (TakesPixels && Preset is null)
            yield return $"{nameof(TakesPixels)} needs a {nameof(Preset)}, which says how pixels are normalised";
        if (Preset is { } preset)
        {
            if (preset.Mean.Count != network.Channels || preset.Std.Count != network.Channels)
                yield return $"{nameof(Preset)} must have a mean and a deviation for each of the network's {network.Channels} channels (has {preset.Mean.Count} and {preset.Std.Count})";
            if (!preset.Mean.All(float.IsFinite) || !preset.Std.All(std => float.IsFinite(std) && std > 0))
                yield return $"{nameof(Preset)} must have finite means and deviations above 0 (has {string.Join(", ", preset.Mean)} and {string.Join(", ", preset.Std)})";
        }
        if (ClassNames is not null && ClassNames.Count != network.Classes)
            yield return $"{nameof(ClassNames)} must name each of the network's {network.Classes} classes (has {ClassNames.Count})";
        foreach (var name in ExtraFiles.Keys.Where(name => name.Length == 0 || name.Contains('\\') || name.Split('/').Any(part => part is "" or "." or "..")))
            yield return $"{nameof(ExtraFiles)} must have relative paths with forward slashes (has '{name}')";
        foreach (var name in ExtraFiles.Keys.Where(ExtraFile.IsReserved))
            yield return $"{nameof(ExtraFiles)} cannot have '{name}', which is written from the network and these options";
    }
}
