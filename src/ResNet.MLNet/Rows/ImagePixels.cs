using Microsoft.ML.Data;
using ResNet.Torch.Images;

namespace ResNet.MLNet.Rows;

/// <summary>Copies the pixels of an <see cref="MLImage"/> into the form that networks are fed from.</summary>
internal static class ImagePixels
{
    const int BytesPerPixel = 4;

    /// <summary>Writes an image as RGB or grey bytes, rows from the top; transparency is left out.</summary>
    /// <param name="image">An image.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <param name="target">A byte for each channel of each pixel.</param>
    /// <exception cref="NotSupportedException">The image has a pixel format without red, green and blue.</exception>
    public static void Copy(MLImage image, int channels, Span<byte> target)
    {
        var (red, blue) = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => (0, 2),
            MLPixelFormat.Bgra32 => (2, 0),
            var other => throw new NotSupportedException($"pixel format {other}; expected {MLPixelFormat.Rgba32} or {MLPixelFormat.Bgra32}"),
        };
        var pixels = image.Pixels;
        if (channels == 1)
        {
            for (int i = 0, from = 0; i < target.Length; i++, from += BytesPerPixel)
                target[i] = (byte)PixelPacking.Grey(pixels[from + red], pixels[from + 1], pixels[from + blue]);
            return;
        }
        for (int to = 0, from = 0; to < target.Length; to += 3, from += BytesPerPixel)
        {
            target[to] = pixels[from + red];
            target[to + 1] = pixels[from + 1];
            target[to + 2] = pixels[from + blue];
        }
    }
}
