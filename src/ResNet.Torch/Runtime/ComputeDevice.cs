using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>Where a network computes: on the processor, or on a GPU that libtorch finds.</summary>
/// <remarks>A GPU takes a libtorch package for CUDA in place of the one for the processor. On it float32 convolutions are TensorFloat-32 (10 bits of precision), as they are in PyTorch unless the program forbids it.</remarks>
public readonly record struct ComputeDevice
{
    readonly bool isProcessor;

    ComputeDevice(bool isProcessor, int? gpu, bool fallsBack) => (this.isProcessor, GpuDeviceId, FallsBack) = (isProcessor, gpu, fallsBack);

    /// <summary>The first GPU, or else the processor. The default.</summary>
    public static ComputeDevice Auto => default;

    /// <summary>The processor.</summary>
    public static ComputeDevice Cpu => new(isProcessor: true, gpu: null, fallsBack: false);

    /// <summary>One GPU.</summary>
    /// <param name="deviceId">Its number, 0 the first.</param>
    /// <param name="fallbackToCpu">Whether the processor is taken where there is no such GPU; else that is an error.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 0.</exception>
    public static ComputeDevice Gpu(int deviceId, bool fallbackToCpu = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deviceId);
        return new(isProcessor: false, deviceId, fallbackToCpu);
    }

    /// <summary>The GPU that is asked for; null where none is.</summary>
    public int? GpuDeviceId { get; }

    /// <summary>Whether the processor will do where that GPU is not there.</summary>
    public bool FallsBack { get; }

    /// <summary>The device as it is on this machine.</summary>
    /// <exception cref="InvalidOperationException">The GPU that is asked for is not there.</exception>
    internal Device Resolve() => Resolve(isProcessor ? 0 : Gpus());

    /// <summary>The device on a machine with some GPUs.</summary>
    internal Device Resolve(int gpus)
    {
        if (isProcessor || (gpus == 0 && (GpuDeviceId is null || FallsBack)) || (GpuDeviceId >= gpus && FallsBack))
            return new Device(DeviceType.CPU);
        if (GpuDeviceId is { } asked && asked >= gpus)
            throw new InvalidOperationException($"GPU {asked} was asked for; libtorch finds {(gpus == 0 ? "none" : $"{gpus}, from 0 to {gpus - 1}")}. A libtorch package for CUDA and the GPU's driver are needed; or allow the processor ({nameof(Gpu)}(…, fallbackToCpu: true), or ML.NET's FallbackToCpu).");
        return new Device(DeviceType.CUDA, GpuDeviceId ?? 0);
    }

    static int Gpus()
    {
        TorchRuntime.Load();
        return cuda.is_available() ? cuda.device_count() : 0;
    }

    /// <summary>What it is, in words.</summary>
    public override string ToString() => isProcessor ? "CPU" : GpuDeviceId is { } id ? $"GPU {id}{(FallsBack ? " or CPU" : "")}" : "auto";
}
