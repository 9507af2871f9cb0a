using ResNet.Torch.Images;

namespace ResNet.Torch;

/// <summary>
/// A part of random size and shape, resized to the whole image, antialiased bilinear (Szegedy et al. 2014, arXiv:1409.4842, §6;
/// torchvision's RandomResizedCrop). Of ten boxes drawn the first that fits is cut out, else the largest at the middle whose shape is in range.
/// </summary>
public sealed record RandomResizedCrop
{
    /// <summary>Least share of the image's area, above 0 and at most <see cref="MaxScale"/>. Default 0.08.</summary>
    public double MinScale { get; init; } = 0.08;

    /// <summary>Largest share of the image's area, at most 1. Default 1.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>Least width by height, above 0 and at most <see cref="MaxRatio"/>. Default 3/4.</summary>
    public double MinRatio { get; init; } = 3.0 / 4;

    /// <summary>Largest width by height. Default 4/3.</summary>
    public double MaxRatio { get; init; } = 4.0 / 3;

    internal IEnumerable<string> Faults()
    {
        if (!(MinScale > 0 && MinScale <= MaxScale))
            yield return $"{nameof(MinScale)} must be above 0 and at most {nameof(MaxScale)}, {MaxScale} (was {MinScale})";
        if (!(MaxScale <= 1))
            yield return $"{nameof(MaxScale)} must be at most 1 (was {MaxScale})";
        if (!(MinRatio > 0 && MinRatio <= MaxRatio))
            yield return $"{nameof(MinRatio)} must be above 0 and at most {nameof(MaxRatio)}, {MaxRatio} (was {MinRatio})";
        if (!double.IsFinite(MaxRatio))
            yield return $"{nameof(MaxRatio)} must be finite (was {MaxRatio})";
    }

    internal PixelBox Draw(ref SeededRandom random, int width, int height)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var area = width * height * random.Uniform(MinScale, MaxScale);
            var ratio = Math.Exp(random.Uniform(Math.Log(MinRatio), Math.Log(MaxRatio)));
            var w = (int)Math.Round(Math.Sqrt(area * ratio));
            var h = (int)Math.Round(Math.Sqrt(area / ratio));
            if (w > 0 && w <= width && h > 0 && h <= height)
                return new(random.Next(width - w + 1), random.Next(height - h + 1), w, h);
        }
        return Central(width, height);
    }

    internal PixelBox Central(int width, int height)
    {
        var shape = (double)width / height;
        var w = shape > MaxRatio ? Math.Max(1, (int)Math.Round(height * MaxRatio)) : width;
        var h = shape < MinRatio ? Math.Max(1, (int)Math.Round(width / MinRatio)) : height;
        return new((width - w) / 2, (height - h) / 2, w, h);
    }
}
