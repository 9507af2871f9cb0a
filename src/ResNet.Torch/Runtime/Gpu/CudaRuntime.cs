using System.Runtime.InteropServices;

namespace ResNet.Torch.Runtime.Gpu;

/// <summary>The functions of NVIDIA's CUDA runtime (CUDA Runtime API, docs.nvidia.com) that <see cref="CudaQueues"/> are made of.</summary>
/// <remarks>
/// It is the library that libtorch itself was linked with: LibTorchSharp exports neither streams nor events. By these names a stream of 0 is the legacy default stream, libtorch's own;
/// the per-thread one has functions of other names.
/// </remarks>
internal sealed unsafe class CudaRuntime
{
    const int CapabilityMajor = 75; // cudaDevAttrComputeCapabilityMajor

    static readonly string[] libraries = ["torch_cuda", "cudart64_13", "cudart64_12", "libcudart.so.13", "libcudart.so.12"];
    static readonly Lazy<CudaRuntime?> found = new(() => From(function => TorchNative.Find(function, libraries)));

    readonly delegate* unmanaged<int*, int> getDevice;
    readonly delegate* unmanaged<int, int> setDevice;
    readonly delegate* unmanaged<int*, int, int, int> getAttribute;
    readonly delegate* unmanaged<int, byte*> getErrorString;
    readonly delegate* unmanaged<nint*, uint, int> createStream, createEvent;
    readonly delegate* unmanaged<nint, int> destroyStream, destroyEvent, synchronizeStream, synchronizeEvent;
    readonly delegate* unmanaged<nint, nint, int> record;
    readonly delegate* unmanaged<nint, nint, uint, int> wait;
    readonly delegate* unmanaged<nint, nint, nuint, int, nint, int> copy;

    CudaRuntime(Func<string, nint> find)
    {
        getDevice = (delegate* unmanaged<int*, int>)find("cudaGetDevice");
        setDevice = (delegate* unmanaged<int, int>)find("cudaSetDevice");
        getAttribute = (delegate* unmanaged<int*, int, int, int>)find("cudaDeviceGetAttribute");
        getErrorString = (delegate* unmanaged<int, byte*>)find("cudaGetErrorString");
        createStream = (delegate* unmanaged<nint*, uint, int>)find("cudaStreamCreateWithFlags");
        destroyStream = (delegate* unmanaged<nint, int>)find("cudaStreamDestroy");
        synchronizeStream = (delegate* unmanaged<nint, int>)find("cudaStreamSynchronize");
        wait = (delegate* unmanaged<nint, nint, uint, int>)find("cudaStreamWaitEvent");
        createEvent = (delegate* unmanaged<nint*, uint, int>)find("cudaEventCreateWithFlags");
        destroyEvent = (delegate* unmanaged<nint, int>)find("cudaEventDestroy");
        synchronizeEvent = (delegate* unmanaged<nint, int>)find("cudaEventSynchronize");
        record = (delegate* unmanaged<nint, nint, int>)find("cudaEventRecord");
        copy = (delegate* unmanaged<nint, nint, nuint, int, nint, int>)find("cudaMemcpyAsync");
    }

    /// <summary>The runtime of this process; null where there is none, or it lacks a function. To be asked for once libtorch has found a GPU.</summary>
    public static CudaRuntime? Found => found.Value;

    /// <summary>A runtime of functions that are found elsewhere; null where one is not (0).</summary>
    internal static CudaRuntime? From(Func<string, nint> find)
    {
        var isWhole = true;
        var runtime = new CudaRuntime(function =>
        {
            var address = find(function);
            isWhole &= address != 0;
            return address;
        });
        return isWhole ? runtime : null;
    }

    /// <summary>The calling thread's GPU, 0 at first.</summary>
    public int Device
    {
        get
        {
            int device;
            Require(getDevice(&device), "cudaGetDevice");
            return device;
        }
        set => Require(setDevice(value), "cudaSetDevice", value);
    }

    /// <summary>A GPU's major compute capability, 8 and above for Ampere and later; null where it cannot be told.</summary>
    public int? MajorCapability(int device)
    {
        int major;
        return getAttribute(&major, CapabilityMajor, device) == 0 ? major : null;
    }

    public nint CreateStream(uint flags) => Created(createStream, flags, "cudaStreamCreateWithFlags");

    public nint CreateEvent(uint flags) => Created(createEvent, flags, "cudaEventCreateWithFlags");

    public void DestroyStream(nint stream) => Require(destroyStream(stream), "cudaStreamDestroy");

    public void DestroyEvent(nint mark) => Require(destroyEvent(mark), "cudaEventDestroy");

    public void SynchronizeStream(nint stream) => Require(synchronizeStream(stream), "cudaStreamSynchronize");

    public void SynchronizeEvent(nint mark) => Require(synchronizeEvent(mark), "cudaEventSynchronize");

    public void Record(nint mark, nint stream) => Require(record(mark, stream), "cudaEventRecord");

    public void Wait(nint stream, nint mark) => Require(wait(stream, mark, 0), "cudaStreamWaitEvent");

    public void CopyToDevice(nint device, nint host, long bytes, nint stream) =>
        Require(copy(device, host, (nuint)bytes, 1 /* cudaMemcpyHostToDevice */, stream), "cudaMemcpyAsync");

    nint Created(delegate* unmanaged<nint*, uint, int> create, uint flags, string function)
    {
        nint handle;
        Require(create(&handle, flags), function);
        return handle;
    }

    void Require(int error, string function, int? device = null)
    {
        if (error == 0)
            return;
        var text = Marshal.PtrToStringUTF8((nint)getErrorString(error)) ?? "no text";
        throw new InvalidOperationException($"{function}{(device is { } id ? $" to GPU {id}" : "")} failed with CUDA error {error}: {text}. It may be that of work which the GPU was given before. " +
            $"Check the GPU and its driver (nvidia-smi), or compute on the processor ({nameof(ComputeDevice)}.{nameof(ComputeDevice.Cpu)}).");
    }
}
