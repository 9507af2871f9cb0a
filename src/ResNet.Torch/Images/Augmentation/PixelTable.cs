using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ResNet.Torch.Images;

/// <summary>Changes that depend on a value alone: 256 answers, looked up for each value.</summary>
internal static class PixelTable
{
    public const int Size = 256;

    /// <summary>Looks up every value.</summary>
    public static void Apply(Span<byte> pixels, ReadOnlySpan<byte> table)
    {
        ref var first = ref MemoryMarshal.GetReference(table[..Size]);
        foreach (ref var value in pixels)
            value = Unsafe.Add(ref first, value);
    }

    /// <summary>Looks up every value in its own channel's table.</summary>
    /// <param name="pixels">Interleaved.</param>
    /// <param name="tables">One after another.</param>
    /// <param name="channels">1 or 3.</param>
    public static void Apply(Span<byte> pixels, ReadOnlySpan<byte> tables, int channels)
    {
        if (channels == 1)
        {
            Apply(pixels, tables);
            return;
        }
        ref var first = ref MemoryMarshal.GetReference(tables[..(3 * Size)]);
        for (var i = 0; i + 3 <= pixels.Length; i += 3)
        {
            var pixel = pixels.Slice(i, 3);
            pixel[0] = Unsafe.Add(ref first, pixel[0]);
            pixel[1] = Unsafe.Add(ref first, Size + pixel[1]);
            pixel[2] = Unsafe.Add(ref first, 2 * Size + pixel[2]);
        }
    }

    /// <summary>Counts the values of each channel, one channel after another.</summary>
    public static void Count(ReadOnlySpan<byte> pixels, int channels, Span<int> histograms)
    {
        histograms.Clear();
        if (channels == 1)
        {
            foreach (var value in pixels)
                histograms[value]++;
            return;
        }
        for (var i = 0; i + 3 <= pixels.Length; i += 3)
        {
            histograms[pixels[i]]++;
            histograms[Size + pixels[i + 1]]++;
            histograms[2 * Size + pixels[i + 2]]++;
        }
    }
}
