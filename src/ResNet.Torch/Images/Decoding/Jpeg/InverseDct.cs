using System.Runtime.CompilerServices;
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
    const int AfterColumns = ConstantBits - KeptBits, AfterRows = ConstantBits + KeptBits + 3;

    /// <summary>Transforms a block.</summary>
    /// <param name="block">Its quantised coefficients, row by row.</param>
    /// <param name="quantisation">What each of them counts.</param>
    /// <param name="samples">From the block's first sample on.</param>
    /// <param name="stride">Samples from one row to the next.</param>
    public static void Transform(ReadOnlySpan<short> block, ReadOnlySpan<short> quantisation, Span<byte> samples, int stride)
    {
        Eight<Vector256<int>> columns, rows;
        Transform(Load(block, quantisation, 0), Load(block, quantisation, 1), Load(block, quantisation, 2), Load(block, quantisation, 3),
            Load(block, quantisation, 4), Load(block, quantisation, 5), Load(block, quantisation, 6), Load(block, quantisation, 7), AfterColumns, out columns);
        BlockTurn.Turn(columns, out var turned);
        Transform(turned.V0, turned.V1, turned.V2, turned.V3, turned.V4, turned.V5, turned.V6, turned.V7, AfterRows, out rows);
        BlockTurn.Store(rows, samples, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<short> Load(ReadOnlySpan<short> block, ReadOnlySpan<short> quantisation, int row) =>
        Vector128.Create(block.Slice(Side * row, Side)) * Vector128.Create(quantisation.Slice(Side * row, Side));

    /// <summary>Transforms eight columns at once; sums of two go round at 16 bits, as in libjpeg's own vector code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transform(Vector128<short> x0, Vector128<short> x1, Vector128<short> x2, Vector128<short> x3, Vector128<short> x4, Vector128<short> x5, Vector128<short> x6,
        Vector128<short> x7, int shift, out Eight<Vector256<int>> y)
    {
        Vector256<int> half = Vector256.Create(1 << shift - 1), v2 = Widen(x2), v6 = Widen(x6);
        var both = (v2 + v6) * 4433;
        Vector256<int> even2 = both - v6 * 15137, even3 = both + v2 * 6270;
        Vector256<int> even0 = (Widen(x0 + x4) << ConstantBits) + half, even1 = (Widen(x0 - x4) << ConstantBits) + half;
        Vector256<int> a0 = even0 + even3, a1 = even1 + even2, a2 = even1 - even2, a3 = even0 - even3;

        Vector256<int> v1 = Widen(x1), v3 = Widen(x3), v5 = Widen(x5), v7 = Widen(x7), s73 = Widen(x7 + x3), s51 = Widen(x5 + x1);
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
