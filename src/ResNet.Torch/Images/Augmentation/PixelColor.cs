using System.Numerics;
using System.Runtime.Intrinsics;

namespace ResNet.Torch.Images;

/// <summary>
/// Enhancements as in Pillow's ImageEnhance: an image is blended with a degenerate form of itself, at factor 0 that form, at 1 the
/// image, above 1 beyond it. float32, cut off to 8 bits.
/// </summary>
internal static class PixelColor
{
    /// <summary>Away from black.</summary>
    public static void Brightness(Span<byte> pixels, double factor) => AwayFrom(0, pixels, factor);

    /// <summary>Away from the mean grey.</summary>
    public static void Contrast(Span<byte> pixels, PixelShape shape, double factor)
    {
        long sum = 0;
        if (shape.Channels == 1)
        {
            foreach (var value in pixels)
                sum += value;
        }
        else
        {
            for (var i = 0; i + 3 <= pixels.Length; i += 3)
                sum += PixelPacking.Grey(pixels[i], pixels[i + 1], pixels[i + 2]);
        }
        AwayFrom((int)((double)sum / (shape.Width * shape.Height) + 0.5), pixels, factor);
    }

    /// <summary>Away from the pixel's own grey; grey images stay.</summary>
    public static void Saturation(Span<byte> pixels, PixelShape shape, double factor)
    {
        if (shape.Channels == 1)
            return;
        var alpha = Vector128.Create((float)factor);
        for (var i = 0; i + 3 <= pixels.Length; i += 3)
        {
            var pixel = pixels.Slice(i, 3);
            int r = pixel[0], g = pixel[1], b = pixel[2], grey = PixelPacking.Grey(r, g, b);
            var from = Vector128.Create(grey);
            var blended = Vector128.ConvertToSingle(from) + alpha * Vector128.ConvertToSingle(Vector128.Create(r, g, b, 0) - from);
            var values = Vector128.ConvertToInt32Native(Vector128.Min(Vector128.Max(blended, Vector128<float>.Zero), Vector128.Create(255f)));
            pixel[2] = (byte)values.GetElement(2);
            pixel[1] = (byte)values.GetElement(1);
            pixel[0] = (byte)values.GetElement(0);
        }
    }

    /// <summary>Away from the image smoothed by 3 × 3 pixels, the middle one weighing 5; its edge stays.</summary>
    public static void Sharpness(Span<byte> pixels, PixelShape shape, double factor)
    {
        if (shape.Width < 3 || shape.Height < 3)
            return;
        int rowBytes = shape.RowBytes, channels = shape.Channels;
        using var copy = new Scratch<byte>(shape.Bytes);
        pixels.CopyTo(copy.Span);
        for (var y = 1; y < shape.Height - 1; y++)
            SharpenRow(copy.Span.Slice((y - 1) * rowBytes, 3 * rowBytes), pixels.Slice(y * rowBytes, rowBytes), channels, (float)factor);
    }

    static void SharpenRow(ReadOnlySpan<byte> threeRows, Span<byte> row, int channels, float factor)
    {
        int x = channels, end = row.Length - channels;
        for (; x + Vector<byte>.Count <= end; x += Vector<byte>.Count)
        {
            Vector<ushort> low = default, high = default;
            for (var at = x; at < threeRows.Length; at += row.Length)
            {
                Add(threeRows, at - channels, ref low, ref high);
                Add(threeRows, at, ref low, ref high);
                Add(threeRows, at + channels, ref low, ref high);
            }
            Vector.Widen(new Vector<byte>(threeRows[(row.Length + x)..]), out var ownLow, out var ownHigh);
            Vector.Narrow(Sharpened(low, ownLow, factor), Sharpened(high, ownHigh, factor)).CopyTo(row[x..]);
        }
        for (; x < end; x++)
        {
            int own = threeRows[row.Length + x], sum = 0;
            for (var at = x; at < threeRows.Length; at += row.Length)
                sum += threeRows[at - channels] + threeRows[at] + threeRows[at + channels];
            row[x] = Blend((sum + 4 * own + 6) / 13, own, factor); // rounds: no sum lies half way between multiples of 13
        }

        static void Add(ReadOnlySpan<byte> rows, int at, ref Vector<ushort> low, ref Vector<ushort> high)
        {
            Vector.Widen(new Vector<byte>(rows[at..]), out var l, out var h);
            low += l;
            high += h;
        }
    }

    static Vector<ushort> Sharpened(Vector<ushort> sums, Vector<ushort> own, float factor)
    {
        Vector.Widen(sums + own * 4, out var sumLow, out var sumHigh);
        Vector.Widen(own, out var ownLow, out var ownHigh);
        return Vector.Narrow(Sharpened(sumLow.As<uint, int>(), ownLow.As<uint, int>(), factor), Sharpened(sumHigh.As<uint, int>(), ownHigh.As<uint, int>(), factor));
    }

    static Vector<uint> Sharpened(Vector<int> sums, Vector<int> own, float factor)
    {
        var smooth = (sums + new Vector<int>(6)) * 5042 >> 16; // ÷ 13, right for sums to 13 · 255
        var blended = Vector.ConvertToSingle(smooth) + Vector.ConvertToSingle(own - smooth) * factor;
        return Vector.ConvertToInt32Native(Vector.Min(Vector.Max(blended, Vector<float>.Zero), new Vector<float>(255))).As<int, uint>();
    }

    static void AwayFrom(int degenerate, Span<byte> pixels, double factor)
    {
        Span<byte> table = stackalloc byte[PixelTable.Size];
        for (var i = 0; i < table.Length; i++)
            table[i] = Blend(degenerate, i, (float)factor);
        PixelTable.Apply(pixels, table);
    }

    static byte Blend(int degenerate, int value, float factor) => (byte)Math.Clamp(degenerate + factor * (value - degenerate), 0, 255);
}
