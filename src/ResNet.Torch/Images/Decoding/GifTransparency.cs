namespace ResNet.Torch.Images;

/// <summary>The mark of a GIF's first image that makes one colour of its palette transparent. Without it that colour shows.</summary>
internal static class GifTransparency
{
    const int HeaderBytes = 13, FlagsOfScreen = 10;
    const byte HasPalette = 0x80, PaletteSize = 7, Extension = 0x21, GraphicControl = 0xF9, IsTransparent = 1;

    /// <summary>Whether the first image has a transparent colour.</summary>
    public static bool IsUsed(ReadOnlySpan<byte> gif) => Find(gif) < gif.Length;

    /// <summary>Makes the first image opaque.</summary>
    public static void Remove(Span<byte> gif)
    {
        for (int at; (at = Find(gif)) < gif.Length;)
            gif[at] &= unchecked((byte)~IsTransparent);
    }

    /// <summary>Where a mark stands before the first image; the file's length where there is none.</summary>
    static int Find(ReadOnlySpan<byte> gif)
    {
        if (gif.Length < HeaderBytes)
            return gif.Length;
        var flags = gif[FlagsOfScreen];
        long at = HeaderBytes + ((flags & HasPalette) != 0 ? 3 << (flags & PaletteSize) + 1 : 0);
        while (at + 4 <= gif.Length && gif[(int)at] == Extension)
        {
            if (gif[(int)at + 1] == GraphicControl && gif[(int)at + 2] > 0 && (gif[(int)at + 3] & IsTransparent) != 0)
                return (int)at + 3;
            for (at += 2; at < gif.Length && gif[(int)at] != 0;)
                at += gif[(int)at] + 1;
            at++;
        }
        return gif.Length;
    }
}
