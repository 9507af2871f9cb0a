using ResNet.Torch.Images;

namespace ResNet.Torch;

/// <summary>The size of an image.</summary>
/// <param name="Height">Height in pixels, at least 1.</param>
/// <param name="Width">Width in pixels, at least 1.</param>
public sealed record ImageSize(int Height, int Width)
{
    /// <summary>Reads the size of an image file from its header, as the image stands upright by its EXIF orientation.</summary>
    /// <param name="path">A JPEG, PNG, BMP, GIF or WebP file.</param>
    /// <exception cref="ImageDecodingException">The file cannot be read, or is no image.</exception>
    public static ImageSize OfFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = EncodedFile.Read(path);
        return ImageDecoder.SizeOf(file.Image);
    }
}
