using System.Buffers.Binary;

namespace ResNet.Torch.Images;

/// <summary>The end of a JPEG that is cut off.</summary>
internal static class JpegEnd
{
    const byte Prefix = 0xFF, StartOfScan = 0xDA;

    /// <summary>The marker that ends a JPEG. Behind what there is of one, it makes libjpeg give that, progressive files' too.</summary>
    public static ReadOnlySpan<byte> Marker => [Prefix, 0xD9];

    /// <summary>How many bytes there are before a segment that is cut off: a table in part cannot be read, a scan in part can.</summary>
    public static int WithoutPartOfASegment(ReadOnlySpan<byte> jpeg)
    {
        var at = 2; // behind the start of the image
        while (at + 4 <= jpeg.Length && jpeg[at] == Prefix)
        {
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (end > jpeg.Length)
                return at;
            at = jpeg[at + 1] == StartOfScan ? end + ScanLength(jpeg[end..]) : end;
        }
        return Math.Min(at, jpeg.Length);
    }

    /// <summary>Bytes up to the next marker that is part of no scan.</summary>
    static int ScanLength(ReadOnlySpan<byte> scan)
    {
        var at = 0;
        while (scan[at..].IndexOf(Prefix) is >= 0 and var next)
        {
            at += next;
            if (at + 1 == scan.Length || scan[at + 1] is not (0 or Prefix or (>= 0xD0 and <= 0xD7)))
                return at;
            at += scan[at + 1] == Prefix ? 1 : 2;
        }
        return scan.Length;
    }
}
