using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Runtime.Gpu;

/// <summary>The queues of one of NVIDIA's GPUs.</summary>
internal sealed class CudaQueues(CudaRuntime runtime, Device device) : IGpuQueues
{
    const uint NonBlocking = 1; // cudaStreamNonBlocking: else work of the default stream and of this one would wait for each other

    /// <summary>cudaEventBlockingSync: a thread that waits sleeps, as others decode on its processor; cudaEventDisableTiming: no time is wanted, which costs one.</summary>
    const uint Sleeping = 1, Untimed = 2;

    /// <summary>The queues of a device; null for the processor, and where there is no CUDA runtime that knows the GPU.</summary>
    public static CudaQueues? Of(Device device) => device.type == DeviceType.CUDA ? Of(device, CudaRuntime.Found) : null;

    /// <summary>The queues of a GPU; null without a runtime, and where it is another than libtorch's, which the driver is too old for, say.</summary>
    internal static CudaQueues? Of(Device gpu, CudaRuntime? runtime) => runtime?.MajorCapability(gpu.index) is null ? null : new(runtime, gpu);

    public GpuStream CreateStream()
    {
        using var current = OnDevice();
        return new(runtime.CreateStream(NonBlocking));
    }

    public void Destroy(GpuStream stream)
    {
        using var current = OnDevice();
        runtime.DestroyStream(stream.Handle);
    }

    public GpuEvent CreateEvent()
    {
        using var current = OnDevice();
        return new(runtime.CreateEvent(Sleeping | Untimed));
    }

    public void Destroy(GpuEvent mark)
    {
        using var current = OnDevice();
        runtime.DestroyEvent(mark.Handle);
    }

    public void Record(GpuEvent mark, GpuStream stream)
    {
        using var current = OnDevice();
        runtime.Record(mark.Handle, stream.Handle);
    }

    public void Wait(GpuStream stream, GpuEvent mark)
    {
        using var current = OnDevice();
        runtime.Wait(stream.Handle, mark.Handle);
    }

    public void Wait(GpuEvent mark)
    {
        using var current = OnDevice();
        runtime.SynchronizeEvent(mark.Handle);
    }

    public void Wait(GpuStream stream)
    {
        using var current = OnDevice();
        runtime.SynchronizeStream(stream.Handle);
    }

    public void Copy(Tensor host, Tensor memory, long bytes, GpuStream stream)
    {
        using var current = OnDevice();
        runtime.CopyToDevice(TorchNative.Data(memory), TorchNative.Data(host), bytes, stream.Handle);
    }

    public Tensor HostMemory(long bytes)
    {
        using var pageable = empty(bytes, dtype: ScalarType.Byte);
        return pageable.pin_memory();
    }

    public Tensor DeviceMemory(long bytes) => empty(bytes, dtype: ScalarType.Byte, device: device);

    CurrentDevice OnDevice() => new(runtime, device.index);

    /// <summary>Makes a GPU the calling thread's, and then the one that it had before: the default stream is that of the thread's GPU, as are streams and events that it makes.</summary>
    readonly ref struct CurrentDevice
    {
        readonly CudaRuntime runtime;
        readonly int before;
        readonly bool isChanged;

        public CurrentDevice(CudaRuntime runtime, int wanted)
        {
            (this.runtime, before) = (runtime, runtime.Device);
            isChanged = before != wanted;
            if (isChanged)
                runtime.Device = wanted;
        }

        public void Dispose()
        {
            if (isChanged)
                runtime.Device = before;
        }
    }
}
