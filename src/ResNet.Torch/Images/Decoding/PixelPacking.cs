using System.Drawing;
using System.Runtime.Intrinsics;

namespace ResNet.Torch.Images;

/// <summary>Turns what a codec gives, grey or RGBA, into RGB or grey pixels.</summary>
internal static class PixelPacking
{
    // The colours of four RGBA pixels; the last four bytes are overwritten by what comes next.
    static readonly Vector128<byte> colours = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);

    /// <summary>Copies pixels; alpha is left out, RGB becomes grey by its luma (ITU-R BT.601).</summary>
    /// <param name="raw">Pixels side by side.</param>
    /// <param name="rawChannels">1 for grey, 4 for RGBA.</param>
    /// <param name="target">As many pixels.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    public static void Pack(ReadOnlySpan<byte> raw, int rawChannels, Span<byte> target, int channels)
    {
        if (rawChannels == channels)
            raw.CopyTo(target);
        else if (rawChannels == 1)
            GreyToRgb(raw, target);
        else if (channels == 1)
            ToGrey(raw, target);
        else
            ToRgb(raw, target);
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
                target[to++] = (byte)PixelColor.Grey(source[i], source[i + 1], source[i + 2]);
        }
    }

    static void GreyToRgb(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        for (int i = 0, to = 0; i < raw.Length; i++, to += 3)
            target[to] = target[to + 1] = target[to + 2] = raw[i];
    }

    static void ToGrey(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        for (int i = 0, to = 0; i + 4 <= raw.Length; i += 4)
            target[to++] = (byte)PixelColor.Grey(raw[i], raw[i + 1], raw[i + 2]);
    }

    static void ToRgb(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        int from = 0, to = 0;
        for (; to + 16 <= target.Length; from += 16, to += 12)
            Vector128.Shuffle(Vector128.Create(raw.Slice(from, 16)), colours).CopyTo(target[to..]);
        for (; from + 4 <= raw.Length; from += 4, to += 3)
            raw.Slice(from, 3).CopyTo(target[to..]);
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
