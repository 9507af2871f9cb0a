namespace ResNet.Torch.Training;

/// <summary>Linear warm-up (Goyal et al. 2017, §2.2), then a cosine to zero (Loshchilov and Hutter 2016, arXiv:1608.03983, equation 5).</summary>
/// <param name="peak">Highest rate.</param>
/// <param name="steps">Steps in all.</param>
/// <param name="warmupFraction">Share of the steps that warm up.</param>
internal readonly struct LearningRateSchedule(double peak, long steps, double warmupFraction)
{
    readonly long warmup = (long)(steps * warmupFraction);

    /// <summary>The rate of a step, counted from 0.</summary>
    public double At(long step) => step < warmup
        ? peak * (step + 1) / warmup
        : peak * 0.5 * (1 + Math.Cos(Math.PI * (step - warmup) / (steps - warmup)));
}
