namespace ResNet.Torch;

/// <summary>The numbers that a network scores in. Pooled features, the last layer and the softmax are float32 in any case.</summary>
public enum ScoringPrecision
{
    /// <summary>
    /// What the environment variable <c>RESNET_SCORING_PRECISION</c> says; without it, bfloat16 where the processor has instructions for it (AVX512-BF16, AMX),
    /// on a GPU from compute capability 8.0 (NVIDIA's Ampere) on, and else float32. The default.
    /// </summary>
    Auto,

    /// <summary>float32: PyTorch's own numbers, to rounding.</summary>
    Float32,

    /// <summary>
    /// bfloat16, eight bits of precision: about twice as fast where the processor has instructions for it, slower where it has none. Probabilities differ in
    /// the third digit; a trained ResNet-20 gives 99.5 % of its labels on CIFAR-10 again.
    /// </summary>
    BFloat16,
}
