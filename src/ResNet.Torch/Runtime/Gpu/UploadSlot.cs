using static TorchSharp.torch;

namespace ResNet.Torch.Runtime.Gpu;

/// <summary>Room for one batch in pinned memory and on the GPU, and the order in which it is written and read.</summary>
/// <param name="queues">The GPU's.</param>
/// <param name="copies">The stream that copies; it is the lane's.</param>
internal sealed class UploadSlot(IGpuQueues queues, GpuStream copies) : IDisposable
{
    /// <summary>When the last batch has left the pinned memory, and when it was read for the last time.</summary>
    GpuEvent? copied, used;
    Tensor? host, device;

    /// <summary>Copies bytes to the GPU, and has work that is given to it from now on find them there.</summary>
    /// <param name="bytes">The bytes, free for other use on return.</param>
    /// <returns>uint8, at least as many as the bytes. It is the slot's; <see cref="Read"/> ends its use.</returns>
    public Tensor Write(ReadOnlySpan<byte> bytes)
    {
        var (copied, used) = (this.copied ??= queues.CreateEvent(), this.used ??= queues.CreateEvent());
        queues.Wait(copied);            // the pinned memory is free
        if (device is null || device.numel() < bytes.Length)
            Grow(bytes.Length, used);
        bytes.CopyTo(host!.bytes);

        queues.Wait(copies, used);      // the GPU's memory is free
        queues.Copy(host, device!, bytes.Length, copies);
        queues.Record(copied, copies);
        queues.Wait(GpuStream.Compute, copied);
        return device!;
    }

    /// <summary>Says that all work that reads the bytes has been given to the GPU.</summary>
    public void Read() => queues.Record(used!.Value, GpuStream.Compute);

    /// <summary>libtorch orders the compute stream's uses of what is freed here; the copy stream's it does not know, and none is under way.</summary>
    void Grow(long bytes, GpuEvent used)
    {
        Free();
        host = queues.HostMemory(bytes).DetachFromDisposeScope();
        device = queues.DeviceMemory(bytes).DetachFromDisposeScope();
        queues.Record(used, GpuStream.Compute); // libtorch hands out memory that work given before may still read
    }

    void Free()
    {
        host?.Dispose();
        device?.Dispose();
        (host, device) = (null, null);
    }

    /// <summary>Frees all; the copy stream has no more work.</summary>
    public void Dispose()
    {
        Free();
        foreach (var mark in new[] { copied, used })
        {
            if (mark is { } made)
                UploadLane.Quietly(() => queues.Destroy(made));
        }
        (copied, used) = (null, null);
    }
}
