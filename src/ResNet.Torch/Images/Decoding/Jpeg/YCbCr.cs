using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        for (; x + PixelVector.Count <= pixels.Length; x += PixelVector.Count)
        {
            Vector512<int> y = Widen(luma[x..]), b = Widen(blue[x..]) - Vector512.Create(Grey), r = Widen(red[x..]) - Vector512.Create(Grey);
            Convert(y, b, r).CopyTo(pixels[x..]);
        }
        for (; x < pixels.Length; x++)
            pixels[x] = Convert(luma[x], blue[x] - Grey, red[x] - Grey);
    }

    static uint Convert(int luma, int blue, int red) => PixelVector.Pack(
        Clip(luma + (RedOfRed * red + Half >> Bits)),
        Clip(luma + (GreenOfBlue * blue + GreenOfRed * red + Half >> Bits)),
        Clip(luma + (BlueOfBlue * blue + Half >> Bits)));

    static uint Clip(int sample) => (uint)Math.Clamp(sample, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Convert(Vector512<int> luma, Vector512<int> blue, Vector512<int> red)
    {
        var half = Vector512.Create(Half);
        return PixelVector.Pack(
            Clip(luma + (RedOfRed * red + half >> Bits)),
            Clip(luma + (GreenOfBlue * blue + GreenOfRed * red + half >> Bits)),
            Clip(luma + (BlueOfBlue * blue + half >> Bits)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Clip(Vector512<int> samples) => Vector512.Min(Vector512.Max(samples, Vector512<int>.Zero), Vector512.Create(255)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<int> Widen(ReadOnlySpan<byte> samples) => PixelVector.Widen(samples).AsInt32();
}
