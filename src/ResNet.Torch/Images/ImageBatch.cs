using ResNet.Torch.Runtime;
using ResNet.Torch.Runtime.Gpu;
using static TorchSharp.torch;

namespace ResNet.Torch.Images;

/// <summary>Turns prepared batches into the tensors of a step; both belong to the caller's scope.</summary>
/// <param name="preset">What the images are.</param>
/// <param name="device">Where the tensors are wanted.</param>
internal sealed class ImageBatch(ImagePreset preset, Device device) : IDisposable
{
    readonly Normalization normalization = new(preset, device);
    readonly Uploads uploads = new(device);

    /// <param name="batch">The images, free for other use on return.</param>
    /// <returns>Inputs float32 [N, C, H, W] as the preset says, labels int64 [N].</returns>
    public (Tensor Inputs, Tensor Labels) Of(PreparedBatch batch)
    {
        var inputs = uploads.Use(batch.Pixels, [batch.Count, preset.Height, preset.Width, preset.Channels], normalization, static (pixels, normalization) => normalization.Apply(pixels));
        return (inputs, DeviceTensor.Of<long>(batch.Labels, [batch.Count], ScalarType.Int64, device));
    }

    public void Dispose()
    {
        uploads.Dispose();
        normalization.Dispose();
    }
}
