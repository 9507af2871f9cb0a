using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResNet.Torch.Images;

/// <summary>Gathers labelled images into the tensors of one step; both belong to the caller's scope.</summary>
internal static class ImageBatch
{
    /// <returns>Inputs float32 [N, C, H, W] as the preset says, labels int64 [N].</returns>
    public static (Tensor Inputs, Tensor Labels) Of(LabelledImages images, ReadOnlySpan<int> indices, Augmentation? augmentation = null, int epoch = 0)
    {
        var preset = images.Preset;
        using var pixels = empty(indices.Length, preset.Height, preset.Width, preset.Channels, dtype: ScalarType.Byte);
        var labels = empty(indices.Length, dtype: ScalarType.Int64);
        var bytes = pixels.bytes;
        var classes = MemoryMarshal.Cast<byte, long>(labels.bytes);
        for (var i = 0; i < indices.Length; i++)
        {
            var target = bytes.Slice(i * preset.ImageBytes, preset.ImageBytes);
            if (augmentation is { } random)
                random.Apply(images.Pixels(indices[i]), target, preset, epoch, indices[i]);
            else
                images.Pixels(indices[i]).CopyTo(target);
            classes[i] = images.Label(indices[i]);
        }
        return (preset.ToBatch(pixels), labels);
    }
}
