using System.Runtime.Intrinsics.X86;
using ResNet.Torch.Runtime.Gpu;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>Which numbers are the faster ones on a device.</summary>
internal static class Precision
{
    /// <summary>NVIDIA's Ampere: the first GPUs that multiply bfloat16 (CUDA C++ Programming Guide, compute capabilities).</summary>
    const int FirstCapability = 8;

    /// <summary>Whether a training on a device computes in bfloat16: what was asked for, or by itself where the device is fast in it.</summary>
    public static bool IsHalf(TrainingPrecision asked, Device device) =>
        asked == TrainingPrecision.BFloat16 || (asked == TrainingPrecision.Auto && HasFastBFloat16(device));

    /// <summary>Whether a device computes products of bfloat16 by itself.</summary>
    public static bool HasFastBFloat16(Device device) =>
        device.type == DeviceType.CUDA ? HasFastBFloat16(device, CudaRuntime.Found) : ProcessorHasFastBFloat16;

    /// <summary>Whether a GPU does, as the CUDA runtime tells; yes where it cannot be asked: most that are in use do.</summary>
    internal static bool HasFastBFloat16(Device gpu, CudaRuntime? runtime) => (runtime?.MajorCapability(gpu.index) ?? FirstCapability) >= FirstCapability;

    /// <summary>Instructions for products of bfloat16, without which oneDNN converts back and forth: AVX512-BF16 or AMX-BF16 (Intel's manual, CPUID leaf 7).</summary>
    static bool ProcessorHasFastBFloat16 { get; } = Avx512F.IsSupported && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);
}
