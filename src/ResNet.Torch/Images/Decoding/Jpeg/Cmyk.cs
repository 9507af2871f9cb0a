using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>The colours of <see cref="JpegColours.Cmyk"/> and <see cref="JpegColours.Ycck"/> as Skia shows them: what the ink leaves of a light, times what black leaves, rounded.</summary>
internal static class Cmyk
{
    const uint Colours = 0x00FFFFFF, Both = 0x00FF00FF, Halves = 0x00800080;

    /// <summary>Makes RGB pixels of four bytes, the last 255, where there is no black.</summary>
    /// <param name="cyan">A row's C.</param>
    /// <param name="magenta">Its M, as many.</param>
    /// <param name="yellow">Its Y, as many.</param>
    /// <param name="pixels">As many pixels.</param>
    public static void ToRgbx(ReadOnlySpan<byte> cyan, ReadOnlySpan<byte> magenta, ReadOnlySpan<byte> yellow, Span<uint> pixels)
    {
        var x = 0;
        for (; x + PixelVector.Count <= pixels.Length; x += PixelVector.Count)
            PixelVector.Pack(PixelVector.Widen(cyan[x..]), PixelVector.Widen(magenta[x..]), PixelVector.Widen(yellow[x..])).CopyTo(pixels[x..]);
        for (; x < pixels.Length; x++)
            pixels[x] = PixelVector.Pack(cyan[x], magenta[x], yellow[x]);
    }

    /// <summary>Turns colours into their complements.</summary>
    public static void Complement(Span<uint> pixels)
    {
        for (var x = 0; x < pixels.Length; x++)
            pixels[x] ^= Colours;
    }

    /// <summary>Puts black into pixels that have none yet.</summary>
    /// <param name="pixels">A row.</param>
    /// <param name="black">Its K, as many.</param>
    public static void PutBlack(Span<uint> pixels, ReadOnlySpan<byte> black)
    {
        var x = 0;
        for (; x + PixelVector.Count <= pixels.Length; x += PixelVector.Count)
        {
            Vector512<uint> colours = Vector512.Create<uint>(pixels[x..]), left = PixelVector.Widen(black[x..]);
            (Part(colours, left) | Part(colours >> 8, left) << 8 | Vector512.Create(PixelVector.Opaque)).CopyTo(pixels[x..]);
        }
        for (; x < pixels.Length; x++)
            pixels[x] = Part(pixels[x], black[x]) | Part(pixels[x] >> 8, black[x]) << 8 | PixelVector.Opaque;
    }

    // The lower bytes of a pixel's two halves, red and blue or green and the last, each times what is left: products of 16 bits in one. Divided by 255, rounded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Part(Vector512<uint> halves, Vector512<uint> left)
    {
        var sums = (halves & Vector512.Create(Both)) * left + Vector512.Create(Halves);
        return sums + (sums >> 8 & Vector512.Create(Both)) >> 8 & Vector512.Create(Both);
    }

    static uint Part(uint halves, uint left)
    {
        var sums = (halves & Both) * left + Halves;
        return sums + (sums >> 8 & Both) >> 8 & Both;
    }
}
