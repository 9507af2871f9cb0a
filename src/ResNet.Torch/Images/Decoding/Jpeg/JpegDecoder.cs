using System.Runtime.InteropServices;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>
/// Decodes the most usual JPEGs: sequential, Huffman-coded, 8 bits, one scan, grey, YCbCr, or CMYK and YCCK as Adobe's programs write
/// them. Its pixels are libjpeg's; what it does not know, and whatever is out of order in a file, it leaves to a decoder that knows everything.
/// </summary>
internal static class JpegDecoder
{
    const int LeastBitsOfBlock = 2; // a code for the mean, one for the end

    /// <summary>Decodes a part of an image.</summary>
    /// <param name="jpeg">The file's bytes.</param>
    /// <param name="part">The pixels that are wanted; more of them may be written.</param>
    /// <param name="shape">The image's: of one channel or of four.</param>
    /// <param name="pixels">Room for the whole image; a fourth channel is 255.</param>
    /// <returns>Whether they were decoded; if not, nothing can be said of the pixels.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> jpeg, PixelBox part, PixelShape shape, Span<byte> pixels)
    {
        if (!BitConverter.IsLittleEndian || JpegHeader.Read(jpeg, JpegTables.Empty()) is not { } header || (header.Height, header.Width, header.Components.Length == 1 ? 1 : 4) != (shape.Height, shape.Width, shape.Channels))
            return false;
        part = part with { Left = part.Left & ~1, Width = part.Width + (part.Left & 1) };
        using var planeRoom = new Scratch<JpegPlane>(header.Components.Length);
        var planes = planeRoom.Span;
        var (room, blocks) = (0L, 0L);
        for (var c = 0; c < planes.Length; c++)
        {
            planes[c] = new(header.Components[c], header, part, (int)room);
            room += planes[c].Samples;
            blocks += (long)header.McusAcross * header.McusDown * header.Components[c].Across * header.Components[c].Down;
            if (planes[c].IsTooSmall || room > Array.MaxLength)
                return false;
        }
        var scan = jpeg[header.ScanStart..];
        if (blocks * LeastBitsOfBlock > 8L * scan.Length)
            return false;
        using var samples = new Scratch<byte>((int)room);
        if (!JpegScan.Decode(header, scan, planes, samples.Span))
            return false;
        if (header.Colours == JpegColours.Grey)
            WriteGrey(planes[0], samples.Span, part, pixels, header.Width);
        else
            WriteRgbx(header, planes, samples.Span, part, MemoryMarshal.Cast<byte, uint>(pixels));
        return true;
    }

    static void WriteGrey(in JpegPlane plane, ReadOnlySpan<byte> samples, PixelBox part, Span<byte> pixels, int width)
    {
        for (var y = part.Top; y < part.Top + part.Height; y++)
            plane.Row(samples, y, part.Left)[..part.Width].CopyTo(pixels[(y * width + part.Left)..]);
    }

    static void WriteRgbx(JpegHeader header, ReadOnlySpan<JpegPlane> planes, ReadOnlySpan<byte> samples, PixelBox part, Span<uint> pixels)
    {
        using var sums = new Scratch<ushort>(ChromaUpsampling.RoomFor(part.Width));
        using var rows = new Scratch<byte>(2 * ChromaUpsampling.RoomFor(part.Width));
        Span<byte> secondRow = rows.Span[..(rows.Span.Length / 2)], thirdRow = rows.Span[(rows.Span.Length / 2)..];
        ChromaUpsampling seconds = new(planes[1], samples, part.Left, part.Width), thirds = new(planes[2], samples, part.Left, part.Width);
        for (var y = part.Top; y < part.Top + part.Height; y++)
        {
            var row = pixels.Slice(y * header.Width + part.Left, part.Width);
            ReadOnlySpan<byte> first = planes[0].Row(samples, y, part.Left), second = seconds.Row(y, sums.Span, secondRow), third = thirds.Row(y, sums.Span, thirdRow);
            if (header.Colours == JpegColours.Cmyk)
                Cmyk.ToRgbx(first, second, third, row);
            else
                YCbCr.ToRgbx(first, second, third, row);
            if (header.Colours == JpegColours.Ycck)
                Cmyk.Complement(row);
            if (header.Colours != JpegColours.YCbCr)
                Cmyk.PutBlack(row, planes[3].Row(samples, y, part.Left));
        }
    }
}
