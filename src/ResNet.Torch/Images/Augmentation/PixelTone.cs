namespace ResNet.Torch.Images;

/// <summary>Tone curves as in Pillow's ImageOps, each value for itself.</summary>
internal static class PixelTone
{
    /// <summary>Keeps the upper bits of each value.</summary>
    public static void Posterize(Span<byte> pixels, int bits)
    {
        Span<byte> table = stackalloc byte[PixelTable.Size];
        for (var i = 0; i < table.Length; i++)
            table[i] = (byte)(i & ~((1 << 8 - bits) - 1));
        PixelTable.Apply(pixels, table);
    }

    /// <summary>Inverts the values from a threshold on.</summary>
    public static void Solarize(Span<byte> pixels, double threshold)
    {
        Span<byte> table = stackalloc byte[PixelTable.Size];
        for (var i = 0; i < table.Length; i++)
            table[i] = (byte)(i < threshold ? i : 255 - i);
        PixelTable.Apply(pixels, table);
    }

    /// <summary>Stretches each channel so that its least value is 0 and its largest 255.</summary>
    public static void AutoContrast(Span<byte> pixels, int channels) =>
        ByHistogram(pixels, channels, static (histogram, table) =>
        {
            int low = histogram.IndexOfAnyExcept(0), high = histogram.LastIndexOfAnyExcept(0);
            if (high <= low)
                return;
            var scale = 255.0 / (high - low);
            var offset = -low * scale;
            for (var i = 0; i < table.Length; i++)
                table[i] = (byte)Math.Clamp((int)(i * scale + offset), 0, 255);
        });

    /// <summary>Spreads the values of each channel so that each is about as frequent.</summary>
    public static void Equalize(Span<byte> pixels, int channels) =>
        ByHistogram(pixels, channels, static (histogram, table) =>
        {
            var total = 0;
            foreach (var count in histogram)
                total += count;
            var step = (total - histogram[histogram.LastIndexOfAnyExcept(0)]) / 255;
            if (step == 0)
                return;
            var below = step / 2;
            for (var i = 0; i < table.Length; i++)
            {
                table[i] = (byte)Math.Min(255, below / step);
                below += histogram[i];
            }
        });

    /// <summary>Makes each channel's table from its histogram; a table left alone changes nothing.</summary>
    static void ByHistogram(Span<byte> pixels, int channels, Action<ReadOnlySpan<int>, Span<byte>> fill)
    {
        Span<int> histograms = stackalloc int[3 * PixelTable.Size];
        Span<byte> tables = stackalloc byte[3 * PixelTable.Size];
        PixelTable.Count(pixels, channels, histograms);
        for (var i = 0; i < tables.Length; i++)
            tables[i] = (byte)i;
        for (var c = 0; c < channels; c++)
            fill(histograms.Slice(c * PixelTable.Size, PixelTable.Size), tables.Slice(c * PixelTable.Size, PixelTable.Size));
        PixelTable.Apply(pixels, tables, channels);
    }
}
