using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>
/// The inverse cosine transform of 8×8 blocks in whole numbers: that of Loeffler, Ligtenberg and Moschytz 1989, with libjpeg's order (columns, then rows),
/// constants and roundings, so that every sample is libjpeg's.
/// </summary>
/// <remarks>
/// libjpeg rounds behind the columns and behind the rows and nowhere between, so there its additions and multiplications are sums of products in whatever order:
/// here a sum of two at a time, of numbers that stand beside each other.
/// </remarks>
internal static class InverseDct
{
    const int Side = 8;
    const int ConstantBits = 13, KeptBits = 2; // behind the point of the constants, and of what goes from the columns to the rows
    // Sums of two between columns and rows still fit 16 bits, as then do those before: a column becomes at least four times its largest coefficient. Samples are cut
    // off at 0 and 255 by all decoders up to four times their range.
    const ushort LargestBetween = (1 << 14) - 1, LargestSample = 511;
    const int AfterColumns = ConstantBits - KeptBits, AfterRows = ConstantBits + KeptBits + 3;

    /// <summary>Transforms a block.</summary>
    /// <param name="block">Its quantised coefficients, as <see cref="ZigZag"/> has them.</param>
    /// <param name="quantisation">What each of them counts.</param>
    /// <param name="samples">From the block's first sample on.</param>
    /// <param name="stride">Samples from one row to the next.</param>
    /// <returns>Whether all numbers on the way are of a size that an encoder's can have. libjpeg's decoders differ in what they make of larger ones.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // the registers are for this
    public static bool Transform(ReadOnlySpan<short> block, ReadOnlySpan<short> quantisation, Span<byte> samples, int stride)
    {
        ref var b = ref MemoryMarshal.GetReference(block[..(Side * Side)]);
        ref var q = ref MemoryMarshal.GetReference(quantisation[..(Side * Side)]);
        Transform(TwoRows(ref b, ref q, 0), TwoRows(ref b, ref q, 1), TwoRows(ref b, ref q, 2), TwoRows(ref b, ref q, 3), AfterColumns,
            out var y0, out var y1, out var y2, out var y3, out var y4, out var y5, out var y6, out var y7);
        var largestBetween = BlockTurn.Turn(y0, y1, y2, y3, y4, y5, y6, y7, out var x04, out var x26, out var x13, out var x57);
        Transform(x04, x26, x13, x57, AfterRows, out y0, out y1, out y2, out y3, out y4, out y5, out y6, out y7);
        var largest = BlockTurn.Store(y0, y1, y2, y3, y4, y5, y6, y7, samples, stride);
        return !Vector256.GreaterThanAny(largestBetween, Vector256.Create(LargestBetween)) && !Vector256.GreaterThanAny(largest, Vector256.Create(LargestSample));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<short> TwoRows(ref short block, ref short quantisation, nuint two) =>
        Vector256.LoadUnsafe(ref block, 2 * Side * two) * Vector256.LoadUnsafe(ref quantisation, 2 * Side * two);

    /// <summary>Transforms eight columns at once; of each there are numbers 0 and 4, 2 and 6, 1 and 3, 5 and 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transform(Vector256<short> x04, Vector256<short> x26, Vector256<short> x13, Vector256<short> x57, int shift,
        out Vector256<int> y0, out Vector256<int> y1, out Vector256<int> y2, out Vector256<int> y3, out Vector256<int> y4, out Vector256<int> y5, out Vector256<int> y6, out Vector256<int> y7)
    {
        var half = Vector256.Create(1 << shift - 1);
        Vector256<int> even0 = Sum(x04, 1 << ConstantBits, 1 << ConstantBits) + half, even1 = Sum(x04, 1 << ConstantBits, -1 << ConstantBits) + half;
        Vector256<int> even2 = Sum(x26, 4433, 4433 - 15137), even3 = Sum(x26, 4433 + 6270, 4433);
        Vector256<int> a0 = even0 + even3, a1 = even1 + even2, a2 = even1 - even2, a3 = even0 - even3;

        var b0 = Sum(x13, 9633 - 7373, 9633 - 16069) + Sum(x57, 9633, 9633 - 16069 - 7373 + 2446);
        var b1 = Sum(x13, 9633 - 3196, 9633 - 20995) + Sum(x57, 9633 - 3196 - 20995 + 16819, 9633);
        var b2 = Sum(x13, 9633, 9633 - 16069 - 20995 + 25172) + Sum(x57, 9633 - 20995, 9633 - 16069);
        var b3 = Sum(x13, 9633 - 3196 - 7373 + 12299, 9633) + Sum(x57, 9633 - 3196, 9633 - 7373);

        (y0, y7) = (a0 + b3 >> shift, a0 - b3 >> shift);
        (y1, y6) = (a1 + b2 >> shift, a1 - b2 >> shift);
        (y2, y5) = (a2 + b1 >> shift, a2 - b1 >> shift);
        (y3, y4) = (a3 + b0 >> shift, a3 - b0 >> shift);
    }

    /// <summary>Of two numbers beside each other, the first times the first factor and the second times the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Sum(Vector256<short> two, short first, short second) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(two, Vector256.Create(second << 16 | (ushort)first).AsInt16())
        : (two.AsInt32() << 16 >> 16) * first + (two.AsInt32() >> 16) * second; // the first is the lower half
}
