using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>Turns an 8×8 block's rows into its columns, and its numbers into narrower ones, which end at their largest and least.</summary>
internal static class BlockTurn
{
    const int Side = 8;

    // Four columns of four bytes become four rows, in each half; the columns' second and third numbers are rows 2 and 1.
    static Vector256<byte> FourRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create((byte)0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15, 0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15);
    }

    /// <summary>Rows of numbers of 32 bits, their columns in <see cref="ZigZag"/>'s order, to columns of 16 bits: 0 and 4, 2 and 6, 1 and 3, 5 and 7.</summary>
    /// <returns>The largest of those, without their signs: one of each few. A column's rows are in the order 0, 2, 1, 3, 4, 6, 5, 7.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Turn(Vector256<int> row0, Vector256<int> row1, Vector256<int> row2, Vector256<int> row3, Vector256<int> row4, Vector256<int> row5, Vector256<int> row6, Vector256<int> row7,
        out Vector256<short> columns04, out Vector256<short> columns26, out Vector256<short> columns13, out Vector256<short> columns57)
    {
        Vector256<short> rows01 = Pack(row0, row1), rows23 = Pack(row2, row3), rows45 = Pack(row4, row5), rows67 = Pack(row6, row7);
        // Two of columns 04 and two of 26 in the lower half, of 13 and 57 in the upper.
        Interleave(rows01.AsInt32(), rows23.AsInt32(), out var rows02, out var rows13);
        Interleave(rows45.AsInt32(), rows67.AsInt32(), out var rows46, out var rows57);
        Interleave(rows02.AsInt64(), rows13.AsInt64(), out var upper04And13, out var upper26And57);
        Interleave(rows46.AsInt64(), rows57.AsInt64(), out var lower04And13, out var lower26And57);
        (columns04, columns13) = (Lower(upper04And13, lower04And13), Upper(upper04And13, lower04And13));
        (columns26, columns57) = (Lower(upper26And57, lower26And57), Upper(upper26And57, lower26And57));
        return Largest(rows01, rows23, rows45, rows67);
    }

    /// <summary>Writes the rows of samples that columns make, 128 added.</summary>
    /// <returns>The largest before that, without their signs: one of each few.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Store(Vector256<int> column0, Vector256<int> column1, Vector256<int> column2, Vector256<int> column3, Vector256<int> column4, Vector256<int> column5, Vector256<int> column6,
        Vector256<int> column7, Span<byte> samples, int stride)
    {
        Vector256<short> columns01 = Pack(column0, column1), columns23 = Pack(column2, column3), columns45 = Pack(column4, column5), columns67 = Pack(column6, column7);
        Interleave(Rows(columns01, columns23), Rows(columns45, columns67), out var rows0145, out var rows2367);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples.Length, (Side - 1) * stride + Side);
        ref var row = ref MemoryMarshal.GetReference(samples);
        var (two, four) = (2 * (nint)stride, 4 * (nint)stride); // within the samples, as stride is
        StoreTwo(rows0145.GetLower(), ref row, stride);
        StoreTwo(rows2367.GetLower(), ref Unsafe.Add(ref row, two), stride);
        StoreTwo(rows0145.GetUpper(), ref Unsafe.Add(ref row, four), stride);
        StoreTwo(rows2367.GetUpper(), ref Unsafe.Add(ref row, four + two), stride);
        return Largest(columns01, columns23, columns45, columns67);
    }

    /// <summary>Four columns' rows of four bytes, in each half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Rows(Vector256<short> columns01, Vector256<short> columns23)
    {
        var bytes = Avx2.IsSupported
            ? Avx2.PackSignedSaturate(columns01, columns23).AsByte()
            : Vector256.Create(Vector128.NarrowWithSaturation(columns01.GetLower(), columns23.GetLower()), Vector128.NarrowWithSaturation(columns01.GetUpper(), columns23.GetUpper())).AsByte();
        return ((Avx2.IsSupported ? Avx2.Shuffle(bytes, FourRows) : Vector256.Create(Vector128.Shuffle(bytes.GetLower(), FourRows.GetLower()), Vector128.Shuffle(bytes.GetUpper(), FourRows.GetUpper())))
            ^ Vector256.Create((byte)128)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ushort> Largest(Vector256<short> a, Vector256<short> b, Vector256<short> c, Vector256<short> d) =>
        Vector256.Max(Vector256.Max(Vector256.Abs(a).AsUInt16(), Vector256.Abs(b).AsUInt16()), Vector256.Max(Vector256.Abs(c).AsUInt16(), Vector256.Abs(d).AsUInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreTwo(Vector128<int> rows, ref byte first, nint stride)
    {
        Unsafe.WriteUnaligned(ref first, rows.AsUInt64().ToScalar());
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref first, stride), rows.AsUInt64().GetElement(1));
    }

    // What AVX2 does, half by half, and the same without it.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<short> Pack(Vector256<int> a, Vector256<int> b) => Avx2.IsSupported
        ? Avx2.PackSignedSaturate(a, b)
        : Vector256.Create(Vector128.NarrowWithSaturation(a.GetLower(), b.GetLower()), Vector128.NarrowWithSaturation(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Interleave(Vector256<int> a, Vector256<int> b, out Vector256<int> low, out Vector256<int> high)
    {
        if (Avx2.IsSupported)
        {
            (low, high) = (Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b));
            return;
        }
        low = Vector256.Create(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5]);
        high = Vector256.Create(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Interleave(Vector256<long> a, Vector256<long> b, out Vector256<long> low, out Vector256<long> high) =>
        (low, high) = Avx2.IsSupported
            ? (Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b))
            : (Vector256.Create(a[0], b[0], a[2], b[2]), Vector256.Create(a[1], b[1], a[3], b[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<short> Lower(Vector256<long> a, Vector256<long> b) => Vector256.Create(a.GetLower(), b.GetLower()).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<short> Upper(Vector256<long> a, Vector256<long> b) => Vector256.Create(a.GetUpper(), b.GetUpper()).AsInt16();
}
