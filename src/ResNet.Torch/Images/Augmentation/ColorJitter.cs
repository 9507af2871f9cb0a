using ResNet.Torch.Images;

namespace ResNet.Torch;

/// <summary>
/// Random brightness, contrast, saturation and hue, in random order (torchvision's ColorJitter). A factor is drawn from
/// max(0, 1 − x) to 1 + x; 1 leaves the image as it is.
/// </summary>
/// <remarks>Saturation and hue leave grey images as they are.</remarks>
public sealed record ColorJitter
{
    /// <summary>How far the brightness factor goes from 1, at least 0. Default 0: off.</summary>
    public double Brightness { get; init; }

    /// <summary>How far the contrast factor goes from 1, at least 0. Default 0: off.</summary>
    public double Contrast { get; init; }

    /// <summary>How far the saturation factor goes from 1, at least 0. Default 0: off.</summary>
    public double Saturation { get; init; }

    /// <summary>How far the hue is turned either way, in turns of the colour circle, 0 to 0.5. Default 0: off.</summary>
    public double Hue { get; init; }

    internal IEnumerable<string> Faults()
    {
        foreach (var (name, value) in new[] { (nameof(Brightness), Brightness), (nameof(Contrast), Contrast), (nameof(Saturation), Saturation) })
        {
            if (!(value >= 0 && double.IsFinite(value)))
                yield return $"{name} must be at least 0 (was {value})";
        }
        if (Hue is not (>= 0 and <= 0.5))
            yield return $"{nameof(Hue)} must be 0 to 0.5 (was {Hue})";
    }

    internal void Apply(ref SeededRandom random, Span<byte> pixels, PixelShape shape)
    {
        Span<int> order = [0, 1, 2, 3];
        random.Shuffle(order);
        var (brightness, contrast, saturation) = (Factor(ref random, Brightness), Factor(ref random, Contrast), Factor(ref random, Saturation));
        var hue = random.Uniform(-Hue, Hue);
        foreach (var step in order)
        {
            switch (step)
            {
                case 0 when Brightness > 0:
                    PixelColor.Brightness(pixels, brightness);
                    break;
                case 1 when Contrast > 0:
                    PixelColor.Contrast(pixels, shape, contrast);
                    break;
                case 2 when Saturation > 0:
                    PixelColor.Saturation(pixels, shape, saturation);
                    break;
                case 3 when Hue > 0:
                    PixelHue.Turn(pixels, shape, hue);
                    break;
            }
        }
    }

    static double Factor(ref SeededRandom random, double reach) => random.Uniform(Math.Max(0, 1 - reach), 1 + reach);
}
