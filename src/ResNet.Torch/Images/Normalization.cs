using static TorchSharp.torch;

namespace ResNet.Torch.Images;

/// <summary>Brings pixels to what a network expects: (x/255 − mean)/std, as (x − 255·mean) / (255·std), which is one pass less.</summary>
internal sealed class Normalization : IDisposable
{
    readonly bool reverses;
    readonly Tensor mean, std;

    /// <param name="preset">Mean, deviation and order of the channels.</param>
    /// <param name="device">Where the pixels are.</param>
    public Normalization(ImagePreset preset, Device device)
    {
        reverses = preset.ChannelOrder == ChannelOrder.Bgr;
        (mean, std) = (Of(preset.Mean), Of(preset.Std));

        Tensor Of(IEnumerable<float> values) => tensor((reverses ? values.Reverse() : values).Select(value => 255 * value).ToArray(), device: device).DetachFromDisposeScope();
    }

    /// <param name="pixels">uint8 [N, H, W, C].</param>
    /// <returns>float32 [N, C, H, W], channels-last in memory, in the current scope.</returns>
    public Tensor Apply(Tensor pixels)
    {
        using var ordered = reverses ? pixels.flip(-1) : pixels.alias();
        using var numbers = ordered.to(ScalarType.Float32);
        using var normalized = numbers.sub_(mean).div_(std);
        return normalized.permute(0, 3, 1, 2);
    }

    public void Dispose()
    {
        mean.Dispose();
        std.Dispose();
    }
}
