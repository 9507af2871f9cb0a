using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>A row whose image was found to be bad before it was kept.</summary>
internal sealed class KeptFault(ImageFault fault) : KeptImage
{
    public override ImageFault? ReadOnce(ImagePreset preset, Span<byte> target) => fault;
}
