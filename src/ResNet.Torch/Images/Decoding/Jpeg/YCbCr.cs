using System.Numerics;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>The colours of JFIF (ITU-T T.871, 7), with libjpeg's constants of 16 bits.</summary>
internal static class YCbCr
{
    const int Bits = 16, Half = 1 << Bits - 1, Grey = 128;
    const int RedOfRed = 91881, GreenOfBlue = -22554, GreenOfRed = -46802, BlueOfBlue = 116130; // 1.402, -0.344136…, -0.714136…, 1.772

    /// <summary>Makes RGB pixels of four bytes, the last 255.</summary>
    /// <param name="luma">A row's Y.</param>
    /// <param name="blue">Its Cb, as many.</param>
    /// <param name="red">Its Cr, as many.</param>
    /// <param name="pixels">As many pixels.</param>
    public static void ToRgbx(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<uint> pixels)
    {
        var x = 0;
        for (; x + Vector<byte>.Count <= pixels.Length; x += Vector<byte>.Count)
        {
            Widen(new(luma[x..]), out var y0, out var y1, out var y2, out var y3);
            Widen(new(blue[x..]), out var b0, out var b1, out var b2, out var b3);
            Widen(new(red[x..]), out var r0, out var r1, out var r2, out var r3);
            var target = pixels.Slice(x, Vector<byte>.Count);
            Convert(y0, b0, r0).CopyTo(target);
            Convert(y1, b1, r1).CopyTo(target[Vector<int>.Count..]);
            Convert(y2, b2, r2).CopyTo(target[(2 * Vector<int>.Count)..]);
            Convert(y3, b3, r3).CopyTo(target[(3 * Vector<int>.Count)..]);
        }
        for (; x < pixels.Length; x++)
            pixels[x] = Convert(luma[x], blue[x] - Grey, red[x] - Grey);
    }

    static uint Convert(int luma, int blue, int red) => 255u << 24
        | Clip(luma + (BlueOfBlue * blue + Half >> Bits)) << 16
        | Clip(luma + (GreenOfBlue * blue + GreenOfRed * red + Half >> Bits)) << 8
        | Clip(luma + (RedOfRed * red + Half >> Bits));

    static uint Clip(int sample) => (uint)Math.Clamp(sample, 0, 255);

    static Vector<uint> Convert(Vector<int> luma, Vector<int> blue, Vector<int> red)
    {
        var (half, grey) = (new Vector<int>(Half), new Vector<int>(Grey));
        (blue, red) = (blue - grey, red - grey);
        return Vector.BitwiseOr(
            Clip(luma + (RedOfRed * red + half >> Bits)) | Clip(luma + (GreenOfBlue * blue + GreenOfRed * red + half >> Bits)) << 8,
            Clip(luma + (BlueOfBlue * blue + half >> Bits)) << 16 | new Vector<int>(255 << 24)).As<int, uint>();
    }

    static Vector<int> Clip(Vector<int> samples) => Vector.Min(Vector.Max(samples, Vector<int>.Zero), new(255));

    static void Widen(Vector<byte> bytes, out Vector<int> a, out Vector<int> b, out Vector<int> c, out Vector<int> d)
    {
        Vector.Widen(bytes, out var low, out var high);
        Vector.Widen(low.As<ushort, short>(), out a, out b);
        Vector.Widen(high.As<ushort, short>(), out c, out d);
    }
}
