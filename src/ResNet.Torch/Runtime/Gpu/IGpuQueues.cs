using static TorchSharp.torch;

namespace ResNet.Torch.Runtime.Gpu;

/// <summary>A queue of work on a GPU, done in its order; what lies in different ones is done in any order, but for the events that one waits for.</summary>
internal readonly record struct GpuStream(nint Handle)
{
    /// <summary>The one that libtorch gives all its work to: CUDA's default stream, as TorchSharp has nothing that chooses another.</summary>
    public static GpuStream Compute => default;
}

/// <summary>A mark in a stream: it has come when all that lay before it is done. One that was never recorded has come.</summary>
internal readonly record struct GpuEvent(nint Handle);

/// <summary>What a GPU's queues of work do, of those operations that TorchSharp does not offer, and memory that they work on.</summary>
/// <remarks>Any number of threads may call it. A failure is an <see cref="InvalidOperationException"/>, and may be that of work given to the GPU before.</remarks>
internal interface IGpuQueues
{
    /// <summary>Makes a stream, which waits for no other by itself, and no other for it.</summary>
    GpuStream CreateStream();

    /// <summary>Ends a stream.</summary>
    void Destroy(GpuStream stream);

    /// <summary>Makes an event, which has come.</summary>
    GpuEvent CreateEvent();

    /// <summary>Ends an event.</summary>
    void Destroy(GpuEvent mark);

    /// <summary>Marks what a stream has been given so far, in place of what the event marked before; who waits for that goes on doing so.</summary>
    void Record(GpuEvent mark, GpuStream stream);

    /// <summary>Has a stream do what it is given from now on when an event has come, as that stands now.</summary>
    void Wait(GpuStream stream, GpuEvent mark);

    /// <summary>Returns when an event has come.</summary>
    void Wait(GpuEvent mark);

    /// <summary>Returns when all that a stream was given is done.</summary>
    void Wait(GpuStream stream);

    /// <summary>Gives a stream a copy from the processor's memory to the GPU's; the host's bytes are read later.</summary>
    void Copy(Tensor host, Tensor memory, long bytes, GpuStream stream);

    /// <summary>Memory of the processor that the GPU reads by itself: uint8 [bytes], in the current scope.</summary>
    Tensor HostMemory(long bytes);

    /// <summary>Memory of the GPU: uint8 [bytes], in the current scope. What lies in <see cref="GpuStream.Compute"/> by now may still use it for something else.</summary>
    Tensor DeviceMemory(long bytes);
}
