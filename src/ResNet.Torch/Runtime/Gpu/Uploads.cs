using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace ResNet.Torch.Runtime.Gpu;

/// <summary>Brings batches of bytes to where they are computed with, for any number of threads.</summary>
/// <remarks>
/// On the processor that is a copy. On a GPU each thread that is at it has a lane; without the CUDA runtime's functions the copy lies in libtorch's own stream, between what is computed.
/// </remarks>
internal sealed class Uploads(Device device, IGpuQueues? queues) : IDisposable
{
    readonly ConcurrentStack<UploadLane> idle = [];

    /// <param name="device">Where the batches are wanted.</param>
    public Uploads(Device device) : this(device, CudaQueues.Of(device))
    {
    }

    /// <summary>Brings bytes to the device and computes with them.</summary>
    /// <param name="bytes">The bytes, free for other use on return.</param>
    /// <param name="shape">What the tensor of them is.</param>
    /// <param name="state">Handed to <paramref name="compute"/>.</param>
    /// <param name="compute">Takes the tensor, uint8, which is valid in there alone; what it returns must not share its memory.</param>
    /// <exception cref="InvalidOperationException">The GPU has failed.</exception>
    public TResult Use<TState, TResult>(ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape, TState state, Func<Tensor, TState, TResult> compute)
    {
        if (queues is null)
        {
            using var tensor = DeviceTensor.Of(bytes, shape, ScalarType.Byte, device);
            return compute(tensor, state);
        }
        var lane = idle.TryPop(out var free) ? free : new(queues);
        var isSound = false;
        try
        {
            var result = lane.Use(bytes, shape, state, compute);
            isSound = true;
            return result;
        }
        finally
        {
            if (isSound)
                idle.Push(lane);
            else
                lane.Dispose(); // the GPU may have failed half-way
        }
    }

    /// <summary>Frees the lanes; no thread may be in <see cref="Use"/>.</summary>
    public void Dispose()
    {
        while (idle.TryPop(out var lane))
            lane.Dispose();
    }
}
