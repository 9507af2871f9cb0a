namespace ResNet.Torch.Images;

/// <summary>An operation, its magnitudes, weakest first (none where it has no strength), and whether these go either way.</summary>
internal sealed record AutoAugmentRange(AutoAugmentOperation Operation, float[] Magnitudes, bool Signed);

/// <summary>The operations that a policy draws from: torchvision's tables of magnitudes (_augmentation_space), of 31 bins.</summary>
internal static class AutoAugmentSpace
{
    const int Bins = 31;

    /// <summary>Müller and Hutter 2021, arXiv:2103.10158, Table 1, as torchvision has it.</summary>
    public static AutoAugmentRange[] TrivialAugmentWide() => Space(shear: 0.99, translateX: 32, translateY: 32, rotate: 135, enhance: 0.99, posterize: 6);

    /// <summary>Cubuk et al. 2019, arXiv:1909.13719, as torchvision has it.</summary>
    public static AutoAugmentRange[] RandAugment(PixelShape shape) =>
        Space(shear: 0.3, translateX: 150.0 / 331 * shape.Width, translateY: 150.0 / 331 * shape.Height, rotate: 30, enhance: 0.9, posterize: 4);

    static AutoAugmentRange[] Space(double shear, double translateX, double translateY, double rotate, double enhance, int posterize) =>
    [
        new(AutoAugmentOperation.Identity, [], Signed: false),
        new(AutoAugmentOperation.ShearX, Linear(0, shear), Signed: true),
        new(AutoAugmentOperation.ShearY, Linear(0, shear), Signed: true),
        new(AutoAugmentOperation.TranslateX, Linear(0, translateX), Signed: true),
        new(AutoAugmentOperation.TranslateY, Linear(0, translateY), Signed: true),
        new(AutoAugmentOperation.Rotate, Linear(0, rotate), Signed: true),
        new(AutoAugmentOperation.Brightness, Linear(0, enhance), Signed: true),
        new(AutoAugmentOperation.Color, Linear(0, enhance), Signed: true),
        new(AutoAugmentOperation.Contrast, Linear(0, enhance), Signed: true),
        new(AutoAugmentOperation.Sharpness, Linear(0, enhance), Signed: true),
        new(AutoAugmentOperation.Posterize, [.. Enumerable.Range(0, Bins).Select(i => 8 - MathF.Round(i / ((Bins - 1) / (float)posterize)))], Signed: false),
        new(AutoAugmentOperation.Solarize, Linear(255, 0), Signed: false),
        new(AutoAugmentOperation.AutoContrast, [], Signed: false),
        new(AutoAugmentOperation.Equalize, [], Signed: false),
    ];

    static float[] Linear(double from, double to) => [.. Enumerable.Range(0, Bins).Select(i => (float)(from + (to - from) * i / (Bins - 1)))];
}
