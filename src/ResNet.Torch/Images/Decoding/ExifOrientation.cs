using System.Buffers.Binary;
using SkiaSharp;

namespace ResNet.Torch.Images;

/// <summary>The orientation that a PNG's EXIF data tell; upright where there are none, or they are damaged.</summary>
internal static class ExifOrientation
{
    const int SignatureBytes = 8, ChunkBytes = 12, EntryBytes = 12;
    const ushort Tag = 0x0112, Short = 3;

    public static SKEncodedOrigin OfPng(ReadOnlySpan<byte> png)
    {
        for (var rest = png[SignatureBytes..]; rest.Length >= ChunkBytes;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - ChunkBytes)
                break;
            if (rest[4..8].SequenceEqual("eXIf"u8))
                return OfTiff(rest.Slice(8, (int)length));
            rest = rest[(ChunkBytes + (int)length)..];
        }
        return SKEncodedOrigin.TopLeft;
    }

    /// <summary>EXIF data are a TIFF file; the orientation stands in its first directory.</summary>
    static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        var isLittle = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || (!isLittle && !tiff.StartsWith("MM\0*"u8)))
            return SKEncodedOrigin.TopLeft;
        var directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return SKEncodedOrigin.TopLeft;
        var entries = tiff[((int)directory + 2)..];
        for (var left = Number(tiff[(int)directory..], isLittle); left > 0 && entries.Length >= EntryBytes; left--)
        {
            if (Number(entries, isLittle) == Tag)
                return Number(entries[2..], isLittle) == Short && Number(entries[8..], isLittle) is >= 1 and <= 8 and var value ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            entries = entries[EntryBytes..];
        }
        return SKEncodedOrigin.TopLeft;
    }

    static ushort Number(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
