namespace ResNet.Torch.Training;

/// <summary>The learning rate of every step of a training; PyTorch's schedulers at whole epochs, and between them in steps.</summary>
/// <param name="options">The schedule.</param>
/// <param name="peak">Highest rate.</param>
/// <param name="stepsPerEpoch">Steps in an epoch.</param>
/// <param name="epochs">Epochs in all.</param>
internal sealed class LearningRateSchedule(ScheduleOptions options, double peak, long stepsPerEpoch, int epochs)
{
    // PyTorch's defaults of OneCycleLR: div_factor and final_div_factor.
    const double OneCycleStart = 25, OneCycleEnd = 1e4;

    readonly long steps = stepsPerEpoch * epochs;
    readonly long warmup = (long)Math.Round(stepsPerEpoch * epochs * options.WarmupFraction); // 0.29 of 100 steps is 28.999999999999996

    /// <summary>The rate of a step, counted from 0.</summary>
    public double At(long step) =>
        options.Kind == ScheduleKind.OneCycle ? OneCycle(step)
        : step < warmup ? peak * WarmupFactor(step)
        : AfterWarmup(step);

    double WarmupFactor(long step) => options.Warmup == WarmupKind.Constant
        ? options.WarmupDecay
        : options.WarmupDecay + (1 - options.WarmupDecay) * step / warmup;

    double AfterWarmup(long step)
    {
        // torchvision chains the two: the scheduler that follows the warm-up counts from the warm-up's end.
        double done = step - warmup, all = steps - warmup;
        return options.Kind switch
        {
            ScheduleKind.Constant => peak,
            ScheduleKind.Step => peak * Math.Pow(options.Gamma, Math.Floor(done / stepsPerEpoch / options.StepEpochs)),
            ScheduleKind.MultiStep => peak * Math.Pow(options.Gamma, MilestonesBefore(done)),
            ScheduleKind.Polynomial => peak * Math.Pow(1 - done / all, options.Power),
            _ => Between(peak, Math.Min(peak, options.MinimumLearningRate), done / all),
        };
    }

    int MilestonesBefore(double done) => options.Milestones.Count(epoch => done >= epoch * stepsPerEpoch);

    double OneCycle(long step)
    {
        var top = options.WarmupFraction * steps - 1;
        return step < top // 0 where the peak is the first step
            ? Between(peak / OneCycleStart, peak, step / top)
            : Between(peak, peak / OneCycleStart / OneCycleEnd, (step - top) / (steps - 1 - top));
    }

    /// <summary>Half a cosine from one rate to another.</summary>
    static double Between(double from, double to, double share) => to + (from - to) * (1 + Math.Cos(Math.PI * share)) / 2;
}
