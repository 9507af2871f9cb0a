using ResNet.Torch;
using ResNet.Torch.Images;

namespace ResNet.Cli.Loading;

/// <summary>An image to score.</summary>
abstract record ModelImage
{
    /// <summary>What the image is called in results and errors: a file's path.</summary>
    public abstract string Name { get; }

    /// <summary>Reads the pixels that a network with this preset takes, of all parts that are scored.</summary>
    /// <param name="preset">The preset.</param>
    /// <param name="target"><see cref="ImagePreset.ScoredBytes"/> bytes.</param>
    /// <exception cref="ImageDecodingException">The file cannot be read, or has a size that the preset does not take.</exception>
    public abstract void Read(ImagePreset preset, Span<byte> target);

    /// <summary>An image file.</summary>
    public sealed record OfFile(string Path) : ModelImage
    {
        public override string Name => Path;

        public override void Read(ImagePreset preset, Span<byte> target) => new ImageReader(preset).Read(Path, target);
    }

    /// <summary>Pixels in memory, of 3 channels or 1.</summary>
    public sealed record OfPixels(ReadOnlyMemory<byte> Values, ImageSize Size, int Channels, string Title) : ModelImage
    {
        public override string Name => Title;

        public override void Read(ImagePreset preset, Span<byte> target) => preset.ReadForScoring(Values.Span, Size, Channels).CopyTo(target);
    }
}
