namespace ResNet.Torch.Images.Jpeg;

/// <summary>Gives rows of chroma as many samples as luma has: libjpeg's "fancy" upsampling, to the bit.</summary>
/// <param name="plane">The chroma.</param>
/// <param name="planes">All planes' samples.</param>
/// <param name="left">The first column of pixels, even.</param>
/// <param name="width">How many columns of pixels.</param>
internal readonly ref struct ChromaUpsampling(JpegPlane plane, ReadOnlySpan<byte> planes, int left, int width)
{
    readonly ReadOnlySpan<byte> planes = planes;

    /// <summary>Numbers that the working out of a row needs room for.</summary>
    public static int RoomFor(int width) => width + 4;

    /// <summary>The chroma of a row of pixels.</summary>
    /// <param name="y">The row.</param>
    /// <param name="sums">Room for <see cref="RoomFor"/> numbers.</param>
    /// <param name="samples">Room for as many samples as pixels, and one more.</param>
    /// <returns>The samples, there or in the plane.</returns>
    public ReadOnlySpan<byte> Row(int y, Span<ushort> sums, Span<byte> samples)
    {
        if (plane.PerAcross == 1 && plane.PerDown == 1)
            return plane.Row(planes, y, left)[..width];
        if (plane.PerAcross == 1)
        {
            Mix(y, left, sums[..width]);
            ChromaRow.Round(sums, y % 2 == 0 ? 1 : 2, samples[..width]);
            return samples;
        }
        // Those that are doubled, and one more on either side; at the image's edge that is the last once more.
        int first = left / 2, count = (width + 1) / 2, before = Math.Max(first - 1, 0), end = Math.Min(first + count + 1, plane.Width);
        sums = sums[..(count + 2)];
        var known = sums.Slice(before - (first - 1), end - before);
        if (plane.PerDown == 1)
            ChromaRow.Copy(plane.Row(planes, y, before), known);
        else
            Mix(y, before, known);
        if (before == first)
            sums[0] = known[0];
        if (end == first + count)
            sums[^1] = known[^1];
        ChromaRow.Double(sums, plane.PerDown == 1 ? 2 : 4, plane.PerDown == 1 ? (1, 2) : (8, 7), samples);
        return samples[..width];
    }

    /// <summary>Three parts of the row that lies over the pixels', and one of that which is the next nearest.</summary>
    void Mix(int y, int column, Span<ushort> sums)
    {
        var (near, far) = (y / 2, Math.Clamp(y / 2 + (y % 2 == 0 ? -1 : 1), 0, plane.Height - 1));
        ChromaRow.Mix(plane.Row(planes, near, column), plane.Row(planes, far, column), sums);
    }
}
