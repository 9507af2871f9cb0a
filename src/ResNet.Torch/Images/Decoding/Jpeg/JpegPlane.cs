namespace ResNet.Torch.Images.Jpeg;

/// <summary>Where the samples of a component are kept: whole blocks of those that a part of the image is made of.</summary>
internal readonly record struct JpegPlane
{
    /// <summary>Samples along a block's side.</summary>
    public const int Side = 8;

    const int LeastDoubled = 3; // libjpeg doubles rows of fewer samples in another way

    /// <param name="component">The component.</param>
    /// <param name="header">Its image's.</param>
    /// <param name="part">The pixels that are wanted.</param>
    /// <param name="offset">Of its first sample among all the planes'.</param>
    public JpegPlane(JpegComponent component, JpegHeader header, PixelBox part, int offset)
    {
        (PerAcross, PerDown, Offset) = (header.Components[0].Across / component.Across, header.Components[0].Down / component.Down, offset);
        (Width, Height) = ((header.Width + PerAcross - 1) / PerAcross, (header.Height + PerDown - 1) / PerDown);
        (Left, Right) = Blocks(part.Left, part.Left + part.Width, PerAcross, Width);
        (Top, Bottom) = Blocks(part.Top, part.Top + part.Height, PerDown, Height);
    }

    /// <summary>Pixels that a sample counts for, along a row and down a column: 1 or 2.</summary>
    public int PerAcross { get; }

    public int PerDown { get; }

    /// <summary>Samples that the image has, in a row and in a column.</summary>
    public int Width { get; }

    public int Height { get; }

    /// <summary>Whether its rows are doubled, but too short for that.</summary>
    public bool IsTooSmall => PerAcross > 1 && Width < LeastDoubled;

    /// <summary>Blocks that are kept: from the first column and row to behind the last.</summary>
    public int Left { get; }

    public int Right { get; }

    public int Top { get; }

    public int Bottom { get; }

    public int Offset { get; }

    public int Stride => (Right - Left) * Side;

    public int Samples => Stride * (Bottom - Top) * Side;

    /// <summary>Where a block's first sample is.</summary>
    public int PlaceOf(int blockColumn, int blockRow) => Offset + (blockRow - Top) * Side * Stride + (blockColumn - Left) * Side;

    /// <summary>Samples of a row, counted from the image's top, from a column on.</summary>
    public ReadOnlySpan<byte> Row(ReadOnlySpan<byte> planes, int row, int column) => planes.Slice(Offset + (row - Top * Side) * Stride, Stride)[(column - Left * Side)..];

    /// <summary>Doubling takes a sample more on either side.</summary>
    static (int First, int End) Blocks(int from, int to, int per, int length)
    {
        var (first, end) = (from / per - (per - 1), (to + per - 1) / per + (per - 1));
        return (Math.Max(first, 0) / Side, (Math.Min(end, length) + Side - 1) / Side);
    }
}
