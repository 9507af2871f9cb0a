namespace ResNet.Torch.Images;

/// <summary>Size of an image of 8-bit pixels: rows from the top, pixels from the left, the channels of a pixel side by side. Four channels are red, green, blue and a byte that does not count.</summary>
internal readonly record struct PixelShape(int Height, int Width, int Channels)
{
    public PixelShape(ImagePreset preset) : this(preset.Height, preset.Width, preset.Channels)
    {
    }

    /// <summary>Channels that count.</summary>
    public int Colours => Math.Min(Channels, 3);

    public int RowBytes => Width * Channels;

    public int Bytes => Height * RowBytes;
}

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct PixelBox(int Left, int Top, int Width, int Height);
