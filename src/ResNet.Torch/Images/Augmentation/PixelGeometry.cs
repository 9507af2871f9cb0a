namespace ResNet.Torch.Images;

/// <summary>Shears and rotations as torchvision does them with Pillow: the nearest pixel, found in fixed point, black outside.</summary>
internal static class PixelGeometry
{
    /// <summary>Moves each row right by its distance from the top times a slope.</summary>
    public static void ShearX(Span<byte> pixels, PixelShape shape, double slope) =>
        Transform(pixels, shape, 1, Math.Tan(Sheared(slope)), 0, 0, 1, 0);

    /// <summary>Moves each column down by its distance from the left times a slope.</summary>
    public static void ShearY(Span<byte> pixels, PixelShape shape, double slope) =>
        Transform(pixels, shape, 1, 0, 0, Math.Sin(Sheared(slope)) / Math.Cos(Sheared(slope)), 1, 0);

    /// <summary>Moves an image by whole pixels.</summary>
    public static void Translate(Span<byte> pixels, PixelShape shape, int down, int right)
    {
        using var copy = new Scratch<byte>(shape.Bytes);
        pixels.CopyTo(copy.Span);
        PixelCrop.Shift(copy.Span, pixels, shape, down, right);
    }

    /// <summary>Rotates about the middle, against the clock.</summary>
    public static void Rotate(Span<byte> pixels, PixelShape shape, double degrees)
    {
        var angle = -degrees * (Math.PI / 180);
        // rounded as in Pillow, so that quarter turns are exact
        double cos = Math.Round(Math.Cos(angle), 15), sin = Math.Round(Math.Sin(angle), 15);
        double x = shape.Width / 2.0, y = shape.Height / 2.0;
        Transform(pixels, shape, cos, sin, -cos * x - sin * y + x, -sin, cos, sin * x - cos * y + y);
    }

    // The way through degrees is torchvision's; it may cost the last bit.
    static double Sheared(double slope) => Math.Atan(slope) * (180 / Math.PI) * (Math.PI / 180);

    /// <summary>Takes each pixel (x, y) from (a·x + b·y + c, d·x + e·y + f), pixels counted at their middles.</summary>
    static void Transform(Span<byte> pixels, PixelShape shape, double a, double b, double c, double d, double e, double f)
    {
        int rowBytes = shape.RowBytes, channels = shape.Channels;
        int stepX = Fixed(a), stepY = Fixed(d);
        long rowX = Fixed(c + a * 0.5 + b * 0.5), rowY = Fixed(f + d * 0.5 + e * 0.5);
        using var copy = new Scratch<byte>(shape.Bytes);
        pixels.CopyTo(copy.Span);
        for (var y = 0; y < shape.Height; y++, rowX += Fixed(b), rowY += Fixed(e))
        {
            var row = pixels.Slice(y * rowBytes, rowBytes);
            var (begin, end) = Inside(rowX, stepX, shape.Width, shape.Width);
            var (beginY, endY) = Inside(rowY, stepY, shape.Height, shape.Width);
            (begin, end) = (Math.Max(begin, beginY), Math.Min(end, endY));
            if (begin >= end)
            {
                row.Clear();
                continue;
            }
            row[..(begin * channels)].Clear();
            row[(end * channels)..].Clear();
            int fromX = (int)(rowX + (long)begin * stepX), fromY = (int)(rowY + (long)begin * stepY);
            if (channels == 1)
                Gather(copy.Span, rowBytes, row[begin..end], fromX, stepX, fromY, stepY);
            else
                GatherRgb(copy.Span, rowBytes, row[(begin * 3)..(end * 3)], fromX, stepX, fromY, stepY);
        }
    }

    static void Gather(ReadOnlySpan<byte> source, int rowBytes, Span<byte> target, int x, int stepX, int y, int stepY)
    {
        for (var i = 0; i < target.Length; i++, x += stepX, y += stepY)
            target[i] = source[(y >> 16) * rowBytes + (x >> 16)];
    }

    static void GatherRgb(ReadOnlySpan<byte> source, int rowBytes, Span<byte> target, int x, int stepX, int y, int stepY)
    {
        for (var i = 0; i + 3 <= target.Length; i += 3, x += stepX, y += stepY)
        {
            var from = source.Slice((y >> 16) * rowBytes + (x >> 16) * 3, 3);
            var pixel = target.Slice(i, 3);
            pixel[2] = from[2];
            pixel[1] = from[1];
            pixel[0] = from[0];
        }
    }

    /// <summary>The steps, of <paramref name="count"/>, that land on 0 to below <paramref name="size"/>: they lie side by side.</summary>
    static (int Begin, int End) Inside(long start, int step, int size, int count)
    {
        // start + n·step is from 0 to size·2^16 − 1
        var last = ((long)size << 16) - 1;
        return step switch
        {
            0 => start >= 0 && start <= last ? (0, count) : (0, 0),
            > 0 => (Limited(DivideUp(-start, step)), Limited(DivideDown(last - start, step) + 1)),
            < 0 => (Limited(DivideUp(start - last, -(long)step)), Limited(DivideDown(start, -(long)step) + 1)),
        };

        int Limited(long n) => (int)Math.Clamp(n, 0, count);
        static long DivideDown(long n, long by) => n >= 0 ? n / by : -((-n + by - 1) / by);
        static long DivideUp(long n, long by) => -DivideDown(-n, by);
    }

    /// <summary>16 bits behind the point.</summary>
    static int Fixed(double value) => (int)Math.Floor(value * 65536 + 0.5);
}
