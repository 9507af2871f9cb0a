using System.Globalization;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class AugmentationOptionsTests
{
    static readonly ImagePreset preset = ImagePreset.ImageNet(32, 24);

    public static IEnumerable<(AugmentationOptions Options, string Fault)> Faulty =>
    [
        (new() { HorizontalFlip = 1.5 }, "HorizontalFlip is a probability, 0 to 1 (was 1.5)"),
        (new() { VerticalFlip = -0.1 }, "VerticalFlip is a probability, 0 to 1 (was -0.1)"),
        (new() { RandomErasing = double.NaN }, "RandomErasing is a probability, 0 to 1 (was NaN)"),
        (new() { CropPadding = -1 }, "CropPadding must be at least 0 (was -1)"),
        (new() { CropPadding = 24 }, "CropPadding must be below the shorter side of the images, 24 pixels (was 24)"),
        (new() { CropPadding = 4, RandomResizedCrop = new() }, "CropPadding and RandomResizedCrop both crop: set one of them (were 4 and"),
        (new() { AutoAugment = (AutoAugmentPolicy)9 }, "AutoAugment must be one of None, TrivialAugmentWide, RandAugment (was 9)"),
        (new() { RandAugmentOperations = 0 }, "RandAugmentOperations must be at least 1 (was 0)"),
        (new() { RandAugmentMagnitude = 31 }, "RandAugmentMagnitude must be 0 to 30 (was 31)"),
        (new() { MixupAlpha = -1 }, "MixupAlpha must be at least 0 (was -1)"),
        (new() { CutMixAlpha = double.PositiveInfinity }, "CutMixAlpha must be at least 0 (was ∞)"),
        (new() { RandomResizedCrop = new() { MinScale = 0 } }, "RandomResizedCrop: MinScale must be above 0 and at most MaxScale, 1 (was 0)"),
        (new() { RandomResizedCrop = new() { MinScale = 0.9, MaxScale = 0.5 } }, "RandomResizedCrop: MinScale must be above 0 and at most MaxScale, 0.5 (was 0.9)"),
        (new() { RandomResizedCrop = new() { MaxScale = 2 } }, "RandomResizedCrop: MaxScale must be at most 1 (was 2)"),
        (new() { RandomResizedCrop = new() { MinRatio = 2, MaxRatio = 1 } }, "RandomResizedCrop: MinRatio must be above 0 and at most MaxRatio, 1 (was 2)"),
        (new() { RandomResizedCrop = new() { MaxRatio = double.PositiveInfinity } }, "RandomResizedCrop: MaxRatio must be finite (was ∞)"),
        (new() { ColorJitter = new() { Brightness = -1 } }, "ColorJitter: Brightness must be at least 0 (was -1)"),
        (new() { ColorJitter = new() { Contrast = double.NaN } }, "ColorJitter: Contrast must be at least 0 (was NaN)"),
        (new() { ColorJitter = new() { Saturation = -1 } }, "ColorJitter: Saturation must be at least 0 (was -1)"),
        (new() { ColorJitter = new() { Hue = 0.6 } }, "ColorJitter: Hue must be 0 to 0.5 (was 0.6)"),
    ];

    [TestMethod]
    public void Faults_EachOption_IsNamedWithItsRangeAndValue()
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            foreach (var (options, fault) in Faulty)
                Assert.StartsWith(fault.Replace("∞", "Infinity", StringComparison.Ordinal), Assert.ContainsSingle(options.Faults(preset)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [TestMethod]
    public void Faults_Many_AreToldAtOnce() =>
        Assert.HasCount(3, new AugmentationOptions { HorizontalFlip = 2, MixupAlpha = -1, ColorJitter = new() { Hue = 1 } }.Faults());

    [TestMethod]
    public void Faults_Defaults_HaveNone()
    {
        Assert.IsEmpty(new AugmentationOptions().Faults(preset));
        Assert.IsEmpty(AugmentationOptions.None.Faults(preset));
        Assert.IsEmpty(new AugmentationOptions { CropPadding = 23 }.Faults(preset));
    }
}
