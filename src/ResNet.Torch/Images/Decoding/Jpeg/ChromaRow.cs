using System.Numerics;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>Doubles chroma samples along a row, each new one nearer to one old one than to the next: three quarters and one, with libjpeg's roundings.</summary>
internal static class ChromaRow
{
    /// <summary>Mixes a row with the one beside it, three parts and one; the sums are four times a sample.</summary>
    public static void Mix(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums)
    {
        var x = 0;
        for (; x + Vector<byte>.Count <= sums.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(near[x..]), out var nearLow, out var nearHigh);
            Vector.Widen(new Vector<byte>(far[x..]), out var farLow, out var farHigh);
            (nearLow * 3 + farLow).CopyTo(sums[x..]);
            (nearHigh * 3 + farHigh).CopyTo(sums[(x + Vector<ushort>.Count)..]);
        }
        for (; x < sums.Length; x++)
            sums[x] = (ushort)(3 * near[x] + far[x]);
    }

    public static void Copy(ReadOnlySpan<byte> row, Span<ushort> samples)
    {
        var x = 0;
        for (; x + Vector<byte>.Count <= samples.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[x..]), out var low, out var high);
            low.CopyTo(samples[x..]);
            high.CopyTo(samples[(x + Vector<ushort>.Count)..]);
        }
        for (; x < samples.Length; x++)
            samples[x] = row[x];
    }

    /// <summary>Brings four times the samples of a row back to samples.</summary>
    public static void Round(ReadOnlySpan<ushort> sums, int half, Span<byte> samples)
    {
        for (var x = 0; x < samples.Length; x++)
            samples[x] = (byte)(sums[x] + half >> 2);
    }

    /// <summary>Doubles a row.</summary>
    /// <param name="row">Samples, or 2ⁿ times as much; one more before those that are doubled, and one behind.</param>
    /// <param name="bits">That n, and two more.</param>
    /// <param name="halves">What is added to the left and the right one of two before the bits are left out.</param>
    /// <param name="samples">Room for twice as many samples.</param>
    public static void Double(ReadOnlySpan<ushort> row, int bits, (int Left, int Right) halves, Span<byte> samples)
    {
        var count = row.Length - 2;
        var x = 0;
        for (; x + Vector<ushort>.Count <= count; x += Vector<ushort>.Count)
        {
            var near = new Vector<ushort>(row[(x + 1)..]) * 3;
            var left = near + new Vector<ushort>(row[x..]) + new Vector<ushort>((ushort)halves.Left) >> bits;
            var right = near + new Vector<ushort>(row[(x + 2)..]) + new Vector<ushort>((ushort)halves.Right) >> bits;
            Vector.AsVectorByte(left | right << 8).CopyTo(samples[(2 * x)..]); // the left one is the lower byte
        }
        for (; x < count; x++)
        {
            samples[2 * x] = (byte)(3 * row[x + 1] + row[x] + halves.Left >> bits);
            samples[2 * x + 1] = (byte)(3 * row[x + 1] + row[x + 2] + halves.Right >> bits);
        }
    }
}
