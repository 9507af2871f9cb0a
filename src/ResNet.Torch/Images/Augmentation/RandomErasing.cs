namespace ResNet.Torch.Images;

/// <summary>Draws the rectangle that random erasing takes, as torchvision's RandomErasing does.</summary>
internal static class RandomErasing
{
    /// <returns>Null when none of ten fits.</returns>
    public static PixelBox? Draw(ref SeededRandom random, int width, int height)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var area = width * height * random.Uniform(0.02, 0.33);
            var ratio = Math.Exp(random.Uniform(Math.Log(0.3), Math.Log(3.3)));
            var h = (int)Math.Round(Math.Sqrt(area * ratio));
            var w = (int)Math.Round(Math.Sqrt(area / ratio));
            if (h < height && w < width)
                return new(random.Next(width - w + 1), random.Next(height - h + 1), w, h);
        }
        return null;
    }
}
