using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>
/// The inverse cosine transform of 8×8 blocks in whole numbers: that of Loeffler, Ligtenberg and Moschytz 1989, with libjpeg's order (columns, then rows),
/// constants and roundings, so that every sample is libjpeg's.
/// </summary>
internal static class InverseDct
{
    const int Side = 8;
    const int ConstantBits = 13, KeptBits = 2; // behind the point of the constants, and of what goes from the columns to the rows
    // Sums of two between columns and rows still fit 16 bits, as then do those before: a column becomes at least four times its largest coefficient. Samples are cut
    // off at 0 and 255 by all decoders up to four times their range.
    const ushort LargestBetween = (1 << 14) - 1, LargestSample = 511;
    const int AfterColumns = ConstantBits - KeptBits, AfterRows = ConstantBits + KeptBits + 3;

    /// <summary>Transforms a block.</summary>
    /// <param name="block">Its quantised coefficients, row by row.</param>
    /// <param name="quantisation">What each of them counts.</param>
    /// <param name="samples">From the block's first sample on.</param>
    /// <param name="stride">Samples from one row to the next.</param>
    /// <returns>Whether all numbers on the way are of a size that an encoder's can have. libjpeg's decoders differ in what they make of larger ones.</returns>
    public static bool Transform(ReadOnlySpan<short> block, ReadOnlySpan<short> quantisation, Span<byte> samples, int stride)
    {
        block = block[..(Side * Side)];
        quantisation = quantisation[..(Side * Side)];
        ref var b = ref MemoryMarshal.GetReference(block);
        ref var q = ref MemoryMarshal.GetReference(quantisation);
        Eight<Vector128<short>> x;
        (x.V0, x.V1, x.V2, x.V3) = (Row(ref b, 0) * Row(ref q, 0), Row(ref b, 1) * Row(ref q, 1), Row(ref b, 2) * Row(ref q, 2), Row(ref b, 3) * Row(ref q, 3));
        (x.V4, x.V5, x.V6, x.V7) = (Row(ref b, 4) * Row(ref q, 4), Row(ref b, 5) * Row(ref q, 5), Row(ref b, 6) * Row(ref q, 6), Row(ref b, 7) * Row(ref q, 7));
        Transform(x, AfterColumns, out var columns);
        var largestBetween = BlockTurn.Turn(columns, out x);
        Transform(x, AfterRows, out var rows);
        var largest = BlockTurn.Store(rows, samples, stride);
        return !Vector256.GreaterThanAny(largestBetween, Vector256.Create(LargestBetween)) && !Vector256.GreaterThanAny(largest, Vector256.Create(LargestSample));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<short> Row(ref short block, nuint row) => Vector128.LoadUnsafe(ref block, Side * row);

    /// <summary>Transforms eight columns at once.</summary>
    static void Transform(in Eight<Vector128<short>> x, int shift, out Eight<Vector256<int>> y)
    {
        Vector256<int> half = Vector256.Create(1 << shift - 1), v0 = Widen(x.V0), v4 = Widen(x.V4), v2 = Widen(x.V2), v6 = Widen(x.V6);
        var both = (v2 + v6) * 4433;
        Vector256<int> even2 = both - v6 * 15137, even3 = both + v2 * 6270;
        Vector256<int> even0 = (v0 + v4 << ConstantBits) + half, even1 = (v0 - v4 << ConstantBits) + half;
        Vector256<int> a0 = even0 + even3, a1 = even1 + even2, a2 = even1 - even2, a3 = even0 - even3;

        Vector256<int> v1 = Widen(x.V1), v3 = Widen(x.V3), v5 = Widen(x.V5), v7 = Widen(x.V7), s73 = v7 + v3, s51 = v5 + v1;
        var all = (s73 + s51) * 9633;
        Vector256<int> t73 = all - s73 * 16069, t51 = all - s51 * 3196, t71 = (v7 + v1) * 7373, t53 = (v5 + v3) * 20995;
        Vector256<int> b0 = v7 * 2446 - t71 + t73, b1 = v5 * 16819 - t53 + t51, b2 = v3 * 25172 - t53 + t73, b3 = v1 * 12299 - t71 + t51;

        y.V0 = a0 + b3 >> shift;
        y.V1 = a1 + b2 >> shift;
        y.V2 = a2 + b1 >> shift;
        y.V3 = a3 + b0 >> shift;
        y.V4 = a3 - b0 >> shift;
        y.V5 = a2 - b1 >> shift;
        y.V6 = a1 - b2 >> shift;
        y.V7 = a0 - b3 >> shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Widen(Vector128<short> shorts) =>
        Avx2.IsSupported ? Avx2.ConvertToVector256Int32(shorts) : Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts));
}

/// <summary>The rows or columns of a block.</summary>
internal struct Eight<T>
{
    public T V0, V1, V2, V3, V4, V5, V6, V7;
}
