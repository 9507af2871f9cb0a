using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>Turns an 8×8 block's rows into its columns, and its numbers into narrower ones, which end at their largest and least.</summary>
internal static class BlockTurn
{
    const int Side = 8;

    // In each half of 16 bytes: two rows of four numbers become four pairs of two bytes; four rows of four bytes become four columns.
    static readonly Vector256<byte> pairs = Twice(Vector128.Create((byte)0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
    static readonly Vector256<byte> quads = Twice(Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));

    static Vector256<byte> Twice(Vector128<byte> half) => Vector256.Create(half, half);

    /// <summary>Numbers of 32 bits to those of 16.</summary>
    /// <returns>The largest of those, without their signs: one of each few.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Turn(in Eight<Vector256<int>> rows, out Eight<Vector128<short>> columns)
    {
        if (!Avx2.IsSupported)
        {
            return TurnOneByOne(rows, out columns);
        }
        Vector256<short> row01 = Avx2.PackSignedSaturate(rows.V0, rows.V1), row23 = Avx2.PackSignedSaturate(rows.V2, rows.V3);
        Vector256<short> row45 = Avx2.PackSignedSaturate(rows.V4, rows.V5), row67 = Avx2.PackSignedSaturate(rows.V6, rows.V7);
        Vector256<int> rows01 = Pair(row01), rows23 = Pair(row23), rows45 = Pair(row45), rows67 = Pair(row67);
        // Columns 0 and 1 in the lower half, 4 and 5 in the upper; then 2 and 3, 6 and 7.
        Vector256<long> up01 = Avx2.UnpackLow(rows01, rows23).AsInt64(), up23 = Avx2.UnpackHigh(rows01, rows23).AsInt64();
        Vector256<long> low01 = Avx2.UnpackLow(rows45, rows67).AsInt64(), low23 = Avx2.UnpackHigh(rows45, rows67).AsInt64();
        Split(Avx2.UnpackLow(up01, low01), out columns.V0, out columns.V4);
        Split(Avx2.UnpackHigh(up01, low01), out columns.V1, out columns.V5);
        Split(Avx2.UnpackLow(up23, low23), out columns.V2, out columns.V6);
        Split(Avx2.UnpackHigh(up23, low23), out columns.V3, out columns.V7);
        return Largest(row01, row23, row45, row67);
    }

    /// <summary>Writes the rows of samples that columns make, 128 added.</summary>
    /// <returns>The largest before that, without their signs: one of each few.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Store(in Eight<Vector256<int>> columns, Span<byte> samples, int stride)
    {
        if (!Avx2.IsSupported)
        {
            return StoreOneByOne(columns, samples, stride);
        }
        Vector256<short> column01 = Avx2.PackSignedSaturate(columns.V0, columns.V1), column23 = Avx2.PackSignedSaturate(columns.V2, columns.V3);
        Vector256<short> column45 = Avx2.PackSignedSaturate(columns.V4, columns.V5), column67 = Avx2.PackSignedSaturate(columns.V6, columns.V7);
        Vector256<int> left = Quad(column01, column23), right = Quad(column45, column67);
        Vector256<ulong> rows0145 = Avx2.UnpackLow(left, right).AsUInt64(), rows2367 = Avx2.UnpackHigh(left, right).AsUInt64();
        StoreRows(rows0145.GetLower(), samples, stride);
        StoreRows(rows2367.GetLower(), samples[(2 * stride)..], stride);
        StoreRows(rows0145.GetUpper(), samples[(4 * stride)..], stride);
        StoreRows(rows2367.GetUpper(), samples[(6 * stride)..], stride);
        return Largest(column01, column23, column45, column67);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Pair(Vector256<short> two) => Avx2.Shuffle(two.AsByte(), pairs).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Quad(Vector256<short> ab, Vector256<short> cd)
    {
        var bytes = Avx2.PackSignedSaturate(ab, cd).AsByte();
        return (Avx2.Shuffle(bytes, quads) ^ Vector256.Create((byte)128)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ushort> Largest(Vector256<short> a, Vector256<short> b, Vector256<short> c, Vector256<short> d) =>
        Avx2.Max(Avx2.Max(Avx2.Abs(a), Avx2.Abs(b)), Avx2.Max(Avx2.Abs(c), Avx2.Abs(d)));

    static Vector256<ushort> Largest(ReadOnlySpan<int> all)
    {
        var largest = 0;
        foreach (var value in all)
            largest = Math.Max(largest, Math.Abs(value));
        return Vector256.Create((ushort)Math.Min(largest, ushort.MaxValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Split(Vector256<long> both, out Vector128<short> lower, out Vector128<short> upper) =>
        (lower, upper) = (both.GetLower().AsInt16(), both.GetUpper().AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreRows(Vector128<ulong> rows, Span<byte> samples, int stride)
    {
        BitConverter.TryWriteBytes(samples, rows.ToScalar());
        BitConverter.TryWriteBytes(samples[stride..], rows.GetElement(1));
    }

    static Vector256<ushort> TurnOneByOne(in Eight<Vector256<int>> rows, out Eight<Vector128<short>> columns)
    {
        Span<int> all = stackalloc int[Side * Side];
        Copy(rows, all);
        columns = new() { V0 = Column(all, 0), V1 = Column(all, 1), V2 = Column(all, 2), V3 = Column(all, 3), V4 = Column(all, 4), V5 = Column(all, 5), V6 = Column(all, 6), V7 = Column(all, 7) };
        return Largest(all);
    }

    static Vector128<short> Column(ReadOnlySpan<int> rows, int x) => Vector128.Create(
        Short(rows[x]), Short(rows[8 + x]), Short(rows[16 + x]), Short(rows[24 + x]), Short(rows[32 + x]), Short(rows[40 + x]), Short(rows[48 + x]), Short(rows[56 + x]));

    static short Short(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);

    static Vector256<ushort> StoreOneByOne(in Eight<Vector256<int>> columns, Span<byte> samples, int stride)
    {
        Span<int> all = stackalloc int[Side * Side];
        Copy(columns, all);
        for (var y = 0; y < Side; y++)
        {
            var row = samples.Slice(y * stride, Side);
            for (var x = 0; x < Side; x++)
                row[x] = (byte)(Math.Clamp(all[Side * x + y], sbyte.MinValue, sbyte.MaxValue) + 128);
        }
        return Largest(all);
    }

    static void Copy(in Eight<Vector256<int>> rows, Span<int> all)
    {
        rows.V0.CopyTo(all);
        rows.V1.CopyTo(all[8..]);
        rows.V2.CopyTo(all[16..]);
        rows.V3.CopyTo(all[24..]);
        rows.V4.CopyTo(all[32..]);
        rows.V5.CopyTo(all[40..]);
        rows.V6.CopyTo(all[48..]);
        rows.V7.CopyTo(all[56..]);
    }
}
