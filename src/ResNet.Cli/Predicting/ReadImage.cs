using ResNet.Cli.Loading;
using ResNet.Torch;

namespace ResNet.Cli.Predicting;

/// <summary>An image file whose pixels were read ahead, for the preset that they are asked for with.</summary>
internal sealed record ReadImage(string Path, byte[] Pixels) : ModelImage
{
    public override string Name => Path;

    public override byte[] Read(ImagePreset preset) => Pixels;
}
