using System.Runtime.Intrinsics;

namespace ResNet.Torch.Images;

/// <summary>Whole pixels moved, mirrored and filled.</summary>
internal static class PixelCrop
{
    // 16 bytes end in five RGB pixels: these places put them in reverse order. The last byte is overwritten by what comes next.
    static readonly Vector128<byte> fiveMirrored = Vector128.Create((byte)13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 0);

    /// <summary>Moves an image; what it leaves is black.</summary>
    public static void Shift(ReadOnlySpan<byte> image, Span<byte> target, PixelShape shape, int down, int right)
    {
        int rowBytes = shape.RowBytes, left = Math.Max(0, right) * shape.Channels, kept = (shape.Width - Math.Abs(right)) * shape.Channels;
        if (kept <= 0 || Math.Abs(down) >= shape.Height)
        {
            target.Clear();
            return;
        }
        var start = Math.Max(0, -right) * shape.Channels;
        for (var y = 0; y < shape.Height; y++)
        {
            var row = target.Slice(y * rowBytes, rowBytes);
            if (y < down || y >= shape.Height + down)
            {
                row.Clear();
                continue;
            }
            row[..left].Clear();
            image.Slice((y - down) * rowBytes + start, kept).CopyTo(row[left..]);
            row[(left + kept)..].Clear();
        }
    }

    /// <summary>Mirrors left to right, in place.</summary>
    public static void MirrorColumns(Span<byte> pixels, PixelShape shape)
    {
        if (shape.Channels == 1)
        {
            for (var y = 0; y < shape.Height; y++)
                pixels.Slice(y * shape.Width, shape.Width).Reverse();
            return;
        }
        using var scratch = new Scratch<byte>(shape.RowBytes);
        for (var y = 0; y < shape.Height; y++)
        {
            var row = pixels.Slice(y * shape.RowBytes, shape.RowBytes);
            row.CopyTo(scratch.Span);
            MirrorRgb(scratch.Span, row);
        }
    }

    static void MirrorRgb(ReadOnlySpan<byte> row, Span<byte> target)
    {
        var x = 0;
        for (; x + 16 <= row.Length; x += 15)
            Vector128.Shuffle(Vector128.Create(row.Slice(row.Length - x - 16, 16)), fiveMirrored).CopyTo(target[x..]);
        for (; x < row.Length; x += 3)
            row.Slice(row.Length - x - 3, 3).CopyTo(target[x..]);
    }

    /// <summary>Mirrors top to bottom, in place.</summary>
    public static void MirrorRows(Span<byte> pixels, PixelShape shape)
    {
        using var scratch = new Scratch<byte>(shape.RowBytes);
        for (int y = 0, other = shape.Height - 1; y < other; y++, other--)
        {
            Span<byte> row = pixels.Slice(y * shape.RowBytes, shape.RowBytes), mirrored = pixels.Slice(other * shape.RowBytes, shape.RowBytes);
            row.CopyTo(scratch.Span);
            mirrored.CopyTo(row);
            scratch.Span.CopyTo(mirrored);
        }
    }

    /// <summary>Fills a rectangle with one pixel.</summary>
    public static void Fill(Span<byte> pixels, PixelShape shape, PixelBox box, ReadOnlySpan<byte> pixel)
    {
        for (var y = box.Top; y < box.Top + box.Height; y++)
        {
            var row = pixels.Slice((y * shape.Width + box.Left) * shape.Channels, box.Width * shape.Channels);
            for (var x = 0; x < row.Length; x += shape.Channels)
                pixel.CopyTo(row[x..]);
        }
    }
}
