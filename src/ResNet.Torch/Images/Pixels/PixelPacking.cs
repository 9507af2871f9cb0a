using System.Drawing;
using System.Runtime.Intrinsics;

namespace ResNet.Torch.Images;

/// <summary>Turns pixels as codecs give them, grey or RGB with a fourth byte, into others.</summary>
internal static class PixelPacking
{
    // The colours of four RGBA pixels; the last four bytes are overwritten by what comes next.
    static readonly Vector128<byte> colours = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);

    /// <summary>ITU-R 601-2 luma, as Pillow converts RGB to L.</summary>
    public static int Grey(int r, int g, int b) => r * 19595 + g * 38470 + b * 7471 + 0x8000 >> 16;

    /// <summary>Makes RGB pixels of grey ones.</summary>
    public static void GreyToRgb(ReadOnlySpan<byte> grey, Span<byte> rgb)
    {
        for (int i = 0, to = 0; i < grey.Length; i++, to += 3)
            rgb[to] = rgb[to + 1] = rgb[to + 2] = grey[i];
    }

    /// <summary>Copies pixels of 1 or 3 channels as those of 1 or 3; RGB becomes grey by its luma.</summary>
    public static void Convert(ReadOnlySpan<byte> source, int sourceChannels, Span<byte> target, int channels)
    {
        if (sourceChannels == channels)
            source.CopyTo(target);
        else if (sourceChannels == 1)
            GreyToRgb(source, target);
        else
        {
            for (int i = 0, to = 0; i < source.Length; i += 3)
                target[to++] = (byte)Grey(source[i], source[i + 1], source[i + 2]);
        }
    }

    /// <summary>Makes grey pixels of RGB ones of four bytes, by their luma (ITU-R BT.601).</summary>
    public static void ToGrey(ReadOnlySpan<byte> rgbx, Span<byte> grey)
    {
        for (int i = 0, to = 0; i + 4 <= rgbx.Length; i += 4)
            grey[to++] = (byte)Grey(rgbx[i], rgbx[i + 1], rgbx[i + 2]);
    }

    /// <summary>Makes RGB pixels of three bytes of as many that have four.</summary>
    public static void ToRgb(ReadOnlySpan<byte> rgbx, Span<byte> rgb)
    {
        int from = 0, to = 0;
        for (; to + 16 <= rgb.Length; from += 16, to += 12)
            Vector128.Shuffle(Vector128.Create(rgbx.Slice(from, 16)), colours).CopyTo(rgb[to..]);
        for (; to + 3 <= rgb.Length; from += 4, to += 3)
            rgbx.Slice(from, 3).CopyTo(rgb[to..]);
    }

    /// <summary>Puts a colour behind RGBA pixels, as Pillow's paste with a mask: rounded to whole numbers.</summary>
    public static void PutBehind(Span<byte> rgba, Color background)
    {
        ReadOnlySpan<byte> behind = [background.R, background.G, background.B];
        for (var i = 0; i + 4 <= rgba.Length; i += 4)
        {
            int alpha = rgba[i + 3];
            if (alpha == 255)
                continue;
            for (var c = 0; c < 3; c++)
            {
                var sum = rgba[i + c] * alpha + behind[c] * (255 - alpha) + 128;
                rgba[i + c] = (byte)(sum + (sum >> 8) >> 8); // sum/255, rounded
            }
        }
    }
}
