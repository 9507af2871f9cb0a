using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>
/// How training images are changed at random, each time they are seen: torchvision's transforms under their own names and with
/// their own defaults. They apply in the order of torchvision's classification preset: crop, flips, auto-augment, colour jitter,
/// erasing; then, across the batch, mixup or CutMix.
/// </summary>
/// <remarks>What is drawn for an image depends on the seed, the epoch and the image alone. What a transform leaves uncovered is black.</remarks>
public sealed record AugmentationOptions
{
    /// <summary>Nothing is changed.</summary>
    public static readonly AugmentationOptions None = new() { HorizontalFlip = 0 };

    /// <summary>Probability that an image is mirrored left to right, 0 to 1. Default 0.5 (torchvision's RandomHorizontalFlip).</summary>
    public double HorizontalFlip { get; init; } = 0.5;

    /// <summary>Probability that an image is mirrored top to bottom, 0 to 1. Default 0 (torchvision's RandomVerticalFlip).</summary>
    public double VerticalFlip { get; init; }

    /// <summary>
    /// Pixels of black put around an image before one of its own size is cut out at random; at least 0, and below the image's
    /// shorter side. Default 0: off (He et al. 2015, §4.2, uses 4 for images of 32 × 32; torchvision's RandomCrop).
    /// </summary>
    public int CropPadding { get; init; }

    /// <summary>A part of random size and shape, resized to the whole; not together with <see cref="CropPadding"/>. Default null: off.</summary>
    public RandomResizedCrop? RandomResizedCrop { get; init; }

    /// <summary>Random brightness, contrast, saturation and hue. Default null: off.</summary>
    public ColorJitter? ColorJitter { get; init; }

    /// <summary>Operations drawn from a fixed list. Default <see cref="AutoAugmentPolicy.None"/>.</summary>
    public AutoAugmentPolicy AutoAugment { get; init; }

    /// <summary>Operations that <see cref="AutoAugmentPolicy.RandAugment"/> applies to an image, at least 1. Default 2 (torchvision's RandAugment, num_ops).</summary>
    public int RandAugmentOperations { get; init; } = 2;

    /// <summary>Strength of <see cref="AutoAugmentPolicy.RandAugment"/>'s operations, 0 to 30. Default 9 (torchvision's RandAugment, magnitude, of 31 bins).</summary>
    public int RandAugmentMagnitude { get; init; } = 9;

    /// <summary>
    /// Probability that a rectangle of 2 % to 33 % of the image, 0.3 to 3.3 times as high as wide, is replaced by the preset's
    /// mean pixel, 0 to 1. Default 0: off (Zhong et al. 2017, arXiv:1708.04896; torchvision's RandomErasing, whose own default is 0.5).
    /// </summary>
    public double RandomErasing { get; init; }

    /// <summary>
    /// Blends each image, and its label, with another of its batch: the shares are drawn from Beta(α, α), one for a batch. At least 0.
    /// Default 0: off; 0.2 is torchvision's (Zhang et al. 2017, arXiv:1710.09412; RandomMixup in torchvision's references).
    /// </summary>
    /// <remarks>With <see cref="CutMixAlpha"/> too, each batch takes one of the two by lot (torchvision's RandomChoice).</remarks>
    public double MixupAlpha { get; init; }

    /// <summary>
    /// Puts a rectangle of another image of the batch into each image, and its share into the label: the image keeps a share drawn
    /// from Beta(α, α), one for a batch. At least 0. Default 0: off; 1 is torchvision's (Yun et al. 2019, arXiv:1905.04899; RandomCutmix in torchvision's references).
    /// </summary>
    public double CutMixAlpha { get; init; }

    /// <summary>Every option that is out of range or contradicts another, in words.</summary>
    /// <param name="preset">The images to come, if known: then their size is looked at too.</param>
    public IEnumerable<string> Faults(ImagePreset? preset = null)
    {
        foreach (var (name, probability) in new[] { (nameof(HorizontalFlip), HorizontalFlip), (nameof(VerticalFlip), VerticalFlip), (nameof(RandomErasing), RandomErasing) })
        {
            if (probability is not (>= 0 and <= 1))
                yield return $"{name} is a probability, 0 to 1 (was {probability})";
        }
        if (CropPadding < 0)
            yield return $"{nameof(CropPadding)} must be at least 0 (was {CropPadding})";
        if (preset is not null && CropPadding >= Math.Min(preset.Height, preset.Width))
            yield return $"{nameof(CropPadding)} must be below the shorter side of the images, {Math.Min(preset.Height, preset.Width)} pixels (was {CropPadding})";
        if (CropPadding > 0 && RandomResizedCrop is not null)
            yield return $"{nameof(CropPadding)} and {nameof(RandomResizedCrop)} both crop: set one of them (were {CropPadding} and {RandomResizedCrop})";
        if (OptionFaults.OfChoice(AutoAugment) is { } ofAutoAugment)
            yield return ofAutoAugment;
        if (RandAugmentOperations < 1)
            yield return $"{nameof(RandAugmentOperations)} must be at least 1 (was {RandAugmentOperations})";
        if (RandAugmentMagnitude is not (>= 0 and <= 30))
            yield return $"{nameof(RandAugmentMagnitude)} must be 0 to 30 (was {RandAugmentMagnitude})";
        foreach (var (name, alpha) in new[] { (nameof(MixupAlpha), MixupAlpha), (nameof(CutMixAlpha), CutMixAlpha) })
        {
            if (!(alpha >= 0 && double.IsFinite(alpha)))
                yield return $"{name} must be at least 0 (was {alpha})";
        }
        foreach (var fault in RandomResizedCrop?.Faults() ?? [])
            yield return $"{nameof(RandomResizedCrop)}: {fault}";
        foreach (var fault in ColorJitter?.Faults() ?? [])
            yield return $"{nameof(ColorJitter)}: {fault}";
    }
}
