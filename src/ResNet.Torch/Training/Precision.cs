using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace ResNet.Torch.Training;

/// <summary>Which numbers are the faster ones on this processor.</summary>
internal static class Precision
{
    /// <summary>Whether a training computes in bfloat16.</summary>
    public static bool IsHalf(TrainingPrecision asked, ResidualNetwork network, ImagePreset images) =>
        asked == TrainingPrecision.BFloat16 || (asked == TrainingPrecision.Auto && (network.Device.type == DeviceType.CUDA || (HasFastBFloat16 && KeepsSeveralPixels(network, images))));

    /// <summary>
    /// Where the last stage sees a single pixel, oneDNN's bfloat16 gradient of its strided 3×3 convolution differs from run to run
    /// (libtorch 2.10, AVX512-BF16), so that a seed would not give the same weights twice.
    /// </summary>
    static bool KeepsSeveralPixels(ResidualNetwork network, ImagePreset images) =>
        Math.Min(images.Height, images.Width) > network.StageStride(network.Variant.Depths.Stages) / 2;

    /// <summary>Instructions for products of bfloat16, without which oneDNN converts back and forth: AVX512-BF16 or AMX-BF16 (Intel's manual, CPUID leaf 7).</summary>
    public static bool HasFastBFloat16 { get; } = Avx512F.IsSupported && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);
}
