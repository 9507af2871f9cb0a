using System.Buffers;

namespace ResNet.Torch.Images;

/// <summary>An image's pixels, in memory from the shared pool; given back when disposed. For one thread at a time.</summary>
/// <param name="shape">How many pixels there are.</param>
internal sealed class DecodedImage(PixelShape shape) : IDisposable
{
    public const int FullScale = 8;

    byte[]? pixels = ArrayPool<byte>.Shared.Rent(shape.Bytes);

    public PixelShape Shape { get; } = shape;

    /// <summary>The size of the image that the pixels show, which may be larger than they are: see <see cref="Eighths"/>.</summary>
    public ImageSize Size { get; init; } = new(shape.Height, shape.Width);

    /// <summary>How many eighths of the image's height and width the pixels are, rounded up to whole ones. Default 8, its own size.</summary>
    public int Eighths { get; init; } = FullScale;

    /// <summary>Height and width of the image in pixels that there are: of the last ones it may cover a part.</summary>
    public (double Height, double Width) Extent => (Size.Height * (double)Eighths / FullScale, Size.Width * (double)Eighths / FullScale);

    /// <summary>Rows from the top, pixels from the left, the channels of a pixel side by side; see <see cref="PixelShape"/>. Of one that was decoded in part, the rest holds anything.</summary>
    public Span<byte> Pixels => (pixels ?? throw new ObjectDisposedException(nameof(DecodedImage))).AsSpan(0, Shape.Bytes);

    public void Dispose()
    {
        if (pixels is not null)
            ArrayPool<byte>.Shared.Return(pixels);
        pixels = null;
    }
}
