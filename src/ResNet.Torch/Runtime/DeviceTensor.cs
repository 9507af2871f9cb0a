using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Runtime;

/// <summary>Tensors of numbers that lie in the processor's memory.</summary>
internal static class DeviceTensor
{
    /// <summary>Copies numbers to where they are computed with.</summary>
    /// <param name="values">The numbers; free for other use on return.</param>
    /// <param name="shape">What the tensor is.</param>
    /// <param name="type">What the numbers are.</param>
    /// <param name="device">Where the tensor is wanted.</param>
    /// <returns>The tensor, in the current scope.</returns>
    /// <remarks>
    /// A GPU fetches them by itself from pinned memory, in the order of its other work, while the processor goes on: a copy from other memory would make the processor wait for all
    /// that the GPU has been given. libtorch keeps the pinned memory, freed here, from other use until the GPU has read it.
    /// </remarks>
    public static Tensor Of<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape, ScalarType type, Device device) where T : unmanaged
    {
        var tensor = empty(shape, dtype: type);
        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        if (device.type == DeviceType.CPU)
            return tensor;
        using (tensor)
        using (var pinned = tensor.pin_memory())
            return pinned.to(device, non_blocking: true);
    }
}
