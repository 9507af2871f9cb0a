using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResNet.Torch.Images;

/// <summary>Turns a prepared batch into the tensors of one step; both belong to the caller's scope.</summary>
internal static class ImageBatch
{
    /// <param name="batch">The images.</param>
    /// <param name="preset">What they are.</param>
    /// <param name="device">Where the tensors are wanted: a GPU fetches the bytes from pinned memory, while the processor goes on.</param>
    /// <returns>Inputs float32 [N, C, H, W] as the preset says, labels int64 [N].</returns>
    public static (Tensor Inputs, Tensor Labels) Of(PreparedBatch batch, ImagePreset preset, Device device)
    {
        using var pixels = empty(batch.Count, preset.Height, preset.Width, preset.Channels, dtype: ScalarType.Byte);
        batch.Pixels.CopyTo(pixels.bytes);
        var labels = empty(batch.Count, dtype: ScalarType.Int64);
        batch.Labels.CopyTo(MemoryMarshal.Cast<byte, long>(labels.bytes));
        if (device.type == TorchSharp.DeviceType.CPU)
            return (preset.ToBatch(pixels), labels);
        using var pinned = pixels.pin_memory();
        using var moved = pinned.to(device, non_blocking: true);
        return (preset.ToBatch(moved), labels.to(device));
    }
}
