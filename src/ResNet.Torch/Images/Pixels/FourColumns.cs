using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images;

/// <summary>
/// Resizes rows of RGB pixels that have four bytes each, four pixels of the resized row at a time: what they are made of lies within 64 bytes as a rule, of which
/// AVX-512 picks any in one operation.
/// </summary>
internal readonly ref struct FourColumns
{
    const int Columns = 4, PixelBytes = 4, ColourBytes = 3, WindowBytes = 64, WindowPixels = WindowBytes / PixelBytes;
    const int Half = 1 << ResizeAxis.FractionBits - 1;

    readonly Scratch<int> windows; // for four columns and a group of weights, the first pixel of 16 that hold theirs
    readonly Scratch<int> weights;
    readonly Scratch<byte> picks;
    readonly int from, length, groups;

    /// <param name="columns">Columns for which <see cref="Fit"/>.</param>
    public FourColumns(in ResizeAxis columns)
    {
        (from, length, groups) = (columns.From, columns.Length, columns.GroupCount);
        var count = (length + Columns - 1) / Columns * groups;
        windows = new(count);
        picks = Scratch<byte>.OnLines(count * WindowBytes);
        weights = Scratch<int>.OnLines(count * WindowBytes);
        for (int first = 0, n = 0; first < length; first += Columns)
        {
            for (var g = 0; g < groups; g++, n++)
            {
                var window = windows.Span[n] = Math.Min(columns.InGroups(first).Start + g * ResizeAxis.Group, from - WindowPixels);
                Fill(columns, first, g, window, picks.Span.Slice(n * WindowBytes, WindowBytes), weights.Span.Slice(n * WindowBytes, WindowBytes));
            }
        }
    }

    /// <summary>Whether columns can be resized so on this processor.</summary>
    public static bool Fit(in ResizeAxis columns)
    {
        if (!Avx512Vbmi.IsSupported || columns.From < WindowPixels || !columns.HasGroups)
            return false;
        for (var first = 0; first < columns.Length; first += Columns)
        {
            if (columns.InGroups(Math.Min(first + Columns, columns.Length) - 1).Start - columns.InGroups(first).Start > WindowPixels - ResizeAxis.Group)
                return false;
        }
        return true;
    }

    /// <summary>Of each pixel of a group, first one of each column and then the next: which bytes of the window they are, and what each counts. Behind the last column it comes once more.</summary>
    static void Fill(in ResizeAxis columns, int first, int group, int window, Span<byte> picks, Span<int> weights)
    {
        for (var i = 0; i < Columns; i++)
        {
            var column = columns.InGroups(Math.Min(first + i, columns.Length - 1));
            for (var k = 0; k < ResizeAxis.Group; k++)
            {
                var (tap, at) = (group * ResizeAxis.Group + k, (k * Columns + i) * PixelBytes);
                for (var channel = 0; channel < PixelBytes; channel++)
                {
                    picks[at + channel] = (byte)((column.Start + tap - window) * PixelBytes + channel);
                    weights[at + channel] = column.Weights[tap];
                }
            }
        }
    }

    /// <summary>Resizes a row.</summary>
    /// <param name="row">From its first pixel on.</param>
    /// <param name="target">RGB pixels of three bytes, as many as there are columns.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // the registers are for this loop
    public void Resize(ReadOnlySpan<byte> row, Span<byte> target)
    {
        // Checked here once: no window reaches behind the last pixel of the source.
        ref var pixels = ref MemoryMarshal.GetReference(row[..(from * PixelBytes)]);
        ReadOnlySpan<int> starts = windows.Span;
        ref var pick = ref MemoryMarshal.GetReference(picks.Span);
        ref var weight = ref MemoryMarshal.GetReference(weights.Span);
        target = target[..(length * ColourBytes)];
        for (var n = 0; n < starts.Length;)
        {
            var sums = Vector512.Create(Half);
            for (var end = n + groups; n < end; n++)
            {
                var window = Vector512.LoadUnsafe(ref Unsafe.Add(ref pixels, (nint)starts[n] * PixelBytes));
                var picked = Avx512Vbmi.PermuteVar64x8(window, Vector512.LoadUnsafe(ref pick));
                sums += Wide(picked.GetLower().GetLower()) * Vector512.LoadUnsafe(ref weight)
                    + Wide(picked.GetLower().GetUpper()) * Vector512.LoadUnsafe(ref weight, 16);
                sums += Wide(picked.GetUpper().GetLower()) * Vector512.LoadUnsafe(ref weight, 32)
                    + Wide(picked.GetUpper().GetUpper()) * Vector512.LoadUnsafe(ref weight, 48);
                pick = ref Unsafe.Add(ref pick, WindowBytes);
                weight = ref Unsafe.Add(ref weight, WindowBytes);
            }
            sums = Vector512.Max(sums >> ResizeAxis.FractionBits, Vector512<int>.Zero);
            var colours = Vector128.Shuffle(Avx512F.ConvertToVector128ByteWithSaturation(sums.AsUInt32()), Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15));
            if (target.Length >= Vector128<byte>.Count)
            {
                colours.CopyTo(target); // what is too much the next ones cover
                target = target[(Columns * ColourBytes)..];
                continue;
            }
            for (var i = 0; i < Math.Min(Columns * ColourBytes, target.Length); i++)
                target[i] = colours[i];
            target = target[Math.Min(Columns * ColourBytes, target.Length)..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<int> Wide(Vector128<byte> bytes) => Avx512F.ConvertToVector512Int32(bytes);

    public void Dispose()
    {
        windows.Dispose();
        picks.Dispose();
        weights.Dispose();
    }
}
