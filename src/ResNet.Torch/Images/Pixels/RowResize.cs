using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images;

/// <summary>Resizes rows of RGB pixels that have four bytes each, four rows at a time, which share the reading of the weights.</summary>
internal static class RowResize
{
    /// <summary>Rows that are resized together.</summary>
    public const int Rows = 4;

    const int PixelBytes = 4, ColourBytes = 3;
    const int Half = 1 << ResizeAxis.FractionBits - 1;

    /// <summary>Resizes four rows.</summary>
    /// <param name="image">The image's pixels.</param>
    /// <param name="rows">Where the rows begin in it; some may be the same.</param>
    /// <param name="columns">What makes up each pixel.</param>
    /// <param name="target">RGB pixels of three bytes.</param>
    /// <param name="places">Where the resized rows begin in it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // the registers are for this loop
    public static void Resize(ReadOnlySpan<byte> image, (int A, int B, int C, int D) rows, in ResizeAxis columns, Span<byte> target, (int A, int B, int C, int D) places)
    {
        // Checked here once: no column needs a pixel behind the axis' end, or writes more than its own.
        int end = PixelBytes * columns.End, left = columns.Length, written = ColourBytes * left;
        ref var a = ref MemoryMarshal.GetReference(image.Slice(rows.A, end));
        ref var b = ref MemoryMarshal.GetReference(image.Slice(rows.B, end));
        ref var c = ref MemoryMarshal.GetReference(image.Slice(rows.C, end));
        ref var d = ref MemoryMarshal.GetReference(image.Slice(rows.D, end));
        ref var targetA = ref MemoryMarshal.GetReference(target.Slice(places.A, written));
        ref var targetB = ref MemoryMarshal.GetReference(target.Slice(places.B, written));
        ref var targetC = ref MemoryMarshal.GetReference(target.Slice(places.C, written));
        ref var targetD = ref MemoryMarshal.GetReference(target.Slice(places.D, written));
        nint to = 0;
        foreach (var column in columns)
        {
            var weights = column.Weights;
            Vector256<int> sumsA = Vector256<int>.Zero, sumsB = sumsA, sumsC = sumsA, sumsD = sumsA;
            nint at = PixelBytes * column.Start;
            var k = 0;
            for (; k + 1 < weights.Length; k += 2, at += 2 * PixelBytes)
            {
                var two = Vector256.Create(Vector128.Create(weights[k]), Vector128.Create(weights[k + 1]));
                sumsA += Widen(ref Unsafe.Add(ref a, at)) * two;
                sumsB += Widen(ref Unsafe.Add(ref b, at)) * two;
                sumsC += Widen(ref Unsafe.Add(ref c, at)) * two;
                sumsD += Widen(ref Unsafe.Add(ref d, at)) * two;
            }
            Vector128<int> sumA = Sum(sumsA), sumB = Sum(sumsB), sumC = Sum(sumsC), sumD = Sum(sumsD);
            if (k < weights.Length)
            {
                var last = Vector128.Create(weights[k]);
                sumA += One(ref Unsafe.Add(ref a, at)) * last;
                sumB += One(ref Unsafe.Add(ref b, at)) * last;
                sumC += One(ref Unsafe.Add(ref c, at)) * last;
                sumD += One(ref Unsafe.Add(ref d, at)) * last;
            }
            var pixels = Narrow(sumA, sumB, sumC, sumD);
            left--;
            Write(ref Unsafe.Add(ref targetA, to), pixels.ToScalar(), left == 0);
            Write(ref Unsafe.Add(ref targetB, to), pixels.GetElement(1), left == 0);
            Write(ref Unsafe.Add(ref targetC, to), pixels.GetElement(2), left == 0);
            Write(ref Unsafe.Add(ref targetD, to), pixels.GetElement(3), left == 0);
            to += ColourBytes;
        }
    }

    /// <summary>Eight bytes as numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(ReadOnlySpan<byte> eight) => Widen(ref MemoryMarshal.GetReference(eight[..8]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Widen(ref byte eight)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref eight)).AsByte();
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32(bytes);
        var shorts = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<int> One(ref byte four) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref four)).AsByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<int> Sum(Vector256<int> sums) => sums.GetLower() + sums.GetUpper() + Vector128.Create(Half);

    /// <summary>A pixel of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Narrow(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d)
    {
        var ab = Vector128.NarrowWithSaturation(a >> ResizeAxis.FractionBits, b >> ResizeAxis.FractionBits);
        var cd = Vector128.NarrowWithSaturation(c >> ResizeAxis.FractionBits, d >> ResizeAxis.FractionBits);
        if (Sse2.IsSupported)
            return Sse2.PackUnsignedSaturate(ab, cd).AsUInt32();
        return Vector128.NarrowWithSaturation(Vector128.Max(ab, Vector128<short>.Zero).AsUInt16(), Vector128.Max(cd, Vector128<short>.Zero).AsUInt16()).AsUInt32();
    }

    /// <summary>Writes four bytes, the last of which the next pixel covers; only a row's last pixel has three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(ref byte target, uint pixel, bool isLast)
    {
        if (!isLast)
        {
            Unsafe.WriteUnaligned(ref target, pixel);
            return;
        }
        Unsafe.WriteUnaligned(ref target, (ushort)pixel);
        Unsafe.Add(ref target, 2) = (byte)(pixel >> 16);
    }
}
