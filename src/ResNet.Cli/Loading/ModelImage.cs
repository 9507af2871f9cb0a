using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>An image to score.</summary>
abstract record ModelImage
{
    /// <summary>What the image is called in results and errors.</summary>
    public abstract string Name { get; }

    /// <summary>The pixels that a network with this preset takes.</summary>
    /// <exception cref="ImageDecodingException">The file cannot be read, or has a size that the preset does not take.</exception>
    public abstract byte[] Read(ImagePreset preset);

    /// <summary>An image file.</summary>
    public sealed record OfFile(string Path) : ModelImage
    {
        public override string Name => Path;

        public override byte[] Read(ImagePreset preset) => preset.ReadFile(Path);
    }

    /// <summary>Pixels in memory, of 3 channels or 1.</summary>
    public sealed record OfPixels(ReadOnlyMemory<byte> Values, ImageSize Size, int Channels, string Title) : ModelImage
    {
        public override string Name => Title;

        public override byte[] Read(ImagePreset preset) => preset.ReadPixels(Values.Span, Size, Channels);
    }
}
