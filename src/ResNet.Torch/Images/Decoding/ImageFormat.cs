namespace ResNet.Torch.Images;

/// <summary>The kinds of image files that are decoded, by the names that errors call them.</summary>
internal enum ImageFormat
{
    JPEG,
    PNG,
    GIF,
    BMP,
    WebP,
}

/// <summary>Tells a file's kind by how it begins.</summary>
internal static class ImageSignature
{
    /// <summary>Bytes that tell every kind.</summary>
    public const int Length = 12;

    /// <summary>The kind of a file; null where it is none that is decoded.</summary>
    public static ImageFormat? Of(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.JPEG;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.PNG;
        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
            return ImageFormat.GIF;
        if (start.StartsWith("RIFF"u8) && start.Length >= Length && start[8..].StartsWith("WEBP"u8))
            return ImageFormat.WebP;
        return start.StartsWith("BM"u8) ? ImageFormat.BMP : null;
    }

    /// <summary>Why a file is of no such kind.</summary>
    public static string Unknown(ReadOnlySpan<byte> start) => start.IsEmpty
        ? "empty (0 bytes)"
        : $"not an image that can be decoded: JPEG, PNG, BMP, GIF and WebP are (first bytes {BitConverter.ToString(start[..Math.Min(start.Length, Length)].ToArray()).Replace('-', ' ')})";
}
