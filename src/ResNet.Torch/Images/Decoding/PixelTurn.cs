using SkiaSharp;

namespace ResNet.Torch.Images;

/// <summary>Sets images upright that were taken turned or mirrored: EXIF's eight orientations.</summary>
internal static class PixelTurn
{
    const int TileSide = 32; // whole columns would fetch each line of the cache once a pixel

    /// <summary>The shape of an image that is set upright.</summary>
    public static PixelShape ShapeOf(PixelShape shape, SKEncodedOrigin orientation) =>
        IsSideways(orientation) ? shape with { Height = shape.Width, Width = shape.Height } : shape;

    /// <summary>Sets an image upright.</summary>
    /// <param name="image">As it was taken.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="orientation">Which sides of the upright image its first row and its first column are.</param>
    /// <param name="target">Room for the upright image, whose shape is <see cref="ShapeOf"/>.</param>
    public static void Turn(ReadOnlySpan<byte> image, PixelShape shape, SKEncodedOrigin orientation, Span<byte> target)
    {
        // A pixel's place in the image is a sum: origin + x·across + y·down.
        var fromRight = orientation is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var fromBottom = orientation is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        var origin = (fromRight ? shape.RowBytes - shape.Channels : 0) + (fromBottom ? shape.Bytes - shape.RowBytes : 0);
        var alongRow = fromRight ? -shape.Channels : shape.Channels;
        var alongColumn = fromBottom ? -shape.RowBytes : shape.RowBytes;
        var (across, down) = IsSideways(orientation) ? (alongColumn, alongRow) : (alongRow, alongColumn);
        var upright = ShapeOf(shape, orientation);
        for (var top = 0; top < upright.Height; top += TileSide)
        {
            for (var left = 0; left < upright.Width; left += TileSide)
            {
                var width = Math.Min(TileSide, upright.Width - left);
                for (var y = top; y < Math.Min(top + TileSide, upright.Height); y++)
                    Row(image, origin + left * across + y * down, across, target.Slice(y * upright.RowBytes + left * upright.Channels, width * upright.Channels), upright.Channels);
            }
        }
    }

    static void Row(ReadOnlySpan<byte> image, int from, int step, Span<byte> target, int channels)
    {
        for (var to = 0; to < target.Length; to += channels, from += step)
        {
            target[to] = image[from];
            if (channels == 1)
                continue;
            target[to + 1] = image[from + 1];
            target[to + 2] = image[from + 2]; // a fourth byte does not count
        }
    }

    static bool IsSideways(SKEncodedOrigin orientation) => orientation >= SKEncodedOrigin.LeftTop;
}
