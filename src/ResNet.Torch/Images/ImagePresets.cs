namespace ResNet.Torch;

/// <summary>How libraries prepare images for residual networks, by name. <c>with</c> changes what should differ.</summary>
/// <remarks>Of trained weights the preset is in <see cref="PretrainedWeights.Preset"/>, and in every classifier's file.</remarks>
public static class ImagePresets
{
    /// <summary>torchvision's first weights: shorter side to 256, bilinear; 224×224 from the middle.</summary>
    public static ImagePreset TorchvisionV1 { get; } = ImagePreset.ImageNet(224, 224) with { ResizeShorterSide = 256 };

    /// <summary>torchvision's second weights: shorter side to 232, bilinear; 224×224 from the middle.</summary>
    public static ImagePreset TorchvisionV2 { get; } = TorchvisionV1 with { ResizeShorterSide = 232 };

    /// <summary>timm's residual networks of the usual crop, <c>crop_pct</c> 0.875: shorter side to 256, bicubic; 224×224 from the middle.</summary>
    public static ImagePreset Timm { get; } = (ImagePreset.ImageNet(224, 224) with { Interpolation = Interpolation.Bicubic }).WithCropFraction(0.875);

    /// <summary>timm's later residual networks, <c>crop_pct</c> 0.95: shorter side to 235, bicubic; 224×224 from the middle.</summary>
    public static ImagePreset Timm95 { get; } = Timm.WithCropFraction(0.95);

    /// <summary>Every preset by its name.</summary>
    public static IReadOnlyDictionary<string, ImagePreset> All { get; } = new Dictionary<string, ImagePreset>(StringComparer.OrdinalIgnoreCase)
    {
        ["torchvision-v1"] = TorchvisionV1,
        ["torchvision-v2"] = TorchvisionV2,
        ["timm-0.875"] = Timm,
        ["timm-0.95"] = Timm95,
    };

    /// <summary>Finds a preset by its name, or that of trained weights by theirs (<c>ResNet50_Weights.IMAGENET1K_V2</c>), in any case.</summary>
    /// <exception cref="ArgumentException">Nothing has that name; the message lists what there is.</exception>
    public static ImagePreset Find(string name)
    {
        if (All.TryGetValue(name, out var preset))
            return preset;
        return PretrainedWeights.TryFind(name, out var weights)
            ? weights.Preset
            : throw new ArgumentException($"There is no preset named '{name}'. There are: {string.Join(", ", All.Keys)}; and those of weights, such as {PretrainedWeights.ResNet50_V2}.", nameof(name));
    }
}
