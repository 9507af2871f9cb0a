namespace ResNet.Torch.Images;

/// <summary>torchvision's operations, under its names and in the order of its lists.</summary>
internal enum AutoAugmentOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}

internal static class AutoAugmentOperations
{
    /// <summary>Applies an operation in place. The magnitude is what the operation counts in: a slope, pixels, degrees, a factor less 1, bits or a threshold.</summary>
    public static void Apply(this AutoAugmentOperation operation, double magnitude, Span<byte> pixels, PixelShape shape)
    {
        switch (operation)
        {
            case AutoAugmentOperation.Identity:
                break;
            case AutoAugmentOperation.ShearX:
                PixelGeometry.ShearX(pixels, shape, magnitude);
                break;
            case AutoAugmentOperation.ShearY:
                PixelGeometry.ShearY(pixels, shape, magnitude);
                break;
            case AutoAugmentOperation.TranslateX:
                PixelGeometry.Translate(pixels, shape, down: 0, right: (int)magnitude);
                break;
            case AutoAugmentOperation.TranslateY:
                PixelGeometry.Translate(pixels, shape, down: (int)magnitude, right: 0);
                break;
            case AutoAugmentOperation.Rotate:
                PixelGeometry.Rotate(pixels, shape, magnitude);
                break;
            case AutoAugmentOperation.Brightness:
                PixelColor.Brightness(pixels, 1 + magnitude);
                break;
            case AutoAugmentOperation.Color:
                PixelColor.Saturation(pixels, shape, 1 + magnitude);
                break;
            case AutoAugmentOperation.Contrast:
                PixelColor.Contrast(pixels, shape, 1 + magnitude);
                break;
            case AutoAugmentOperation.Sharpness:
                PixelColor.Sharpness(pixels, shape, 1 + magnitude);
                break;
            case AutoAugmentOperation.Posterize:
                PixelTone.Posterize(pixels, (int)magnitude);
                break;
            case AutoAugmentOperation.Solarize:
                PixelTone.Solarize(pixels, magnitude);
                break;
            case AutoAugmentOperation.AutoContrast:
                PixelTone.AutoContrast(pixels, shape.Channels);
                break;
            case AutoAugmentOperation.Equalize:
                PixelTone.Equalize(pixels, shape.Channels);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such operation.");
        }
    }
}
