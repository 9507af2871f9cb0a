namespace ResNet.Torch.Images;

/// <summary>Reads image files as a preset's pixels. Any number of threads may share one; it holds nothing to dispose.</summary>
internal sealed class ImageReader
{
    // Measured on images of 4 to 24 megapixels, resized to 256: with 4, at least 99.8 % of the samples are within 3 of 255 of the whole
    // file's; with 3, 99.1 %; with 2, 95 %. The box kernel has sharp edges, which move: 83 % even with 4.
    const int PixelsForOne = 4;

    readonly ImagePreset preset;
    readonly ImageDecodingOptions decoding;
    readonly Func<ImageSize, PixelBox>? needed;
    readonly int? leastSide;

    /// <param name="preset">What the images become; 1 or 3 channels.</param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <exception cref="ArgumentException">The preset or the options have faults; the message names them.</exception>
    public ImageReader(ImagePreset preset, ImageDecodingOptions? decoding = null)
    {
        (this.preset, this.decoding, needed) = (preset, decoding ?? new(), preset.Crops == ImageCrops.Centre ? preset.Needed : null);
        if (preset.Fault() is { } fault)
            throw new ArgumentException(fault, nameof(preset));
        if (preset.Channels is not (1 or 3))
            throw new ArgumentException($"Image files give 3 channels (RGB) or 1 (grey); the preset has {preset.Channels}.", nameof(preset));
        this.decoding.RequireValid();
        if (this.decoding.ReducesLargeJpegs && preset.Antialias && preset.Interpolation is not (Interpolation.Nearest or Interpolation.Box) && ResizedSide is { } side)
            leastSide = (int)Math.Min((long)PixelsForOne * side, int.MaxValue);
    }

    int? ResizedSide => preset.ResizeTo is { } size ? Math.Max(size.Height, size.Width) : preset.ResizeShorterSide;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, by which errors call it.</param>
    /// <param name="target">At least <see cref="ImagePreset.ScoredBytes"/> bytes; the first ones are written.</param>
    /// <exception cref="ImageDecodingException">The file cannot be read or decoded, or is of a size that the preset does not take.</exception>
    public void Read(string path, Span<byte> target)
    {
        using var file = EncodedFile.Read(path);
        Read(file.Image, target);
    }

    /// <summary>Reads a stream from where it stands to its end; it stays open.</summary>
    /// <param name="stream">What a file holds.</param>
    /// <param name="target">At least <see cref="ImagePreset.ScoredBytes"/> bytes; the first ones are written.</param>
    /// <param name="name">What errors call the image.</param>
    /// <exception cref="ImageDecodingException">As for a file.</exception>
    public void Read(Stream stream, Span<byte> target, string? name = null)
    {
        using var file = EncodedFile.Read(stream, name);
        Read(file.Image, target);
    }

    /// <summary>Reads what a file holds from memory.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="target">At least <see cref="ImagePreset.ScoredBytes"/> bytes; the first ones are written.</param>
    /// <param name="name">What errors call the image.</param>
    /// <exception cref="ImageDecodingException">As for a file.</exception>
    public void Read(ReadOnlySpan<byte> encoded, Span<byte> target, string? name = null) => Read(new EncodedImage(encoded, name), target);

    void Read(in EncodedImage encoded, Span<byte> target)
    {
        using var image = ImageDecoder.Decode(encoded, preset.Channels, decoding, needed, leastSide);
        if (preset.Prepare(image, target[..preset.ScoredBytes]) is { } fault)
            throw encoded.Fault(fault);
    }
}
