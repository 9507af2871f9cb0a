namespace ResNet.Torch.Images;

/// <summary>Resizes by taking the nearest pixel, as Pillow's Image.resize does with NEAREST.</summary>
internal static class PixelPick
{
    /// <summary>Cuts a box out of an image, resizes it to height × width, and keeps a window of that.</summary>
    public static void Resize(ReadOnlySpan<byte> image, PixelShape shape, PixelBox box, int height, int width, PixelBox window, Span<byte> target)
    {
        using var columns = new Scratch<int>(window.Width);
        using var rows = new Scratch<int>(window.Height);
        Places(box.Width, width, window.Left, columns.Span);
        Places(box.Height, height, window.Top, rows.Span);
        var next = 0;
        foreach (var y in rows.Span)
        {
            var row = image[((box.Top + y) * shape.RowBytes + box.Left * shape.Channels)..];
            foreach (var x in columns.Span)
            {
                for (var channel = 0; channel < shape.Colours; channel++)
                    target[next++] = row[x * shape.Channels + channel];
            }
        }
    }

    /// <summary>Where each pixel comes from, on an axis of <paramref name="from"/> pixels resized to <paramref name="to"/>.</summary>
    static void Places(int from, int to, int first, Span<int> places)
    {
        var step = (double)from / to;
        var place = step * 0.5;
        for (var i = 0; i < first + places.Length; i++)
        {
            if (i >= first)
                places[i - first] = Math.Min((int)place, from - 1);
            place += step; // added up, not multiplied: Pillow's rounding
        }
    }
}
