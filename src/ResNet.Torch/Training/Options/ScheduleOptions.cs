using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>How the learning rate changes after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>It stays at its highest.</summary>
    Constant,

    /// <summary>It is multiplied by <see cref="ScheduleOptions.Gamma"/> every <see cref="ScheduleOptions.StepEpochs"/> epochs (PyTorch's <c>StepLR</c>).</summary>
    Step,

    /// <summary>It is multiplied by <see cref="ScheduleOptions.Gamma"/> at each of <see cref="ScheduleOptions.Milestones"/> (PyTorch's <c>MultiStepLR</c>).</summary>
    MultiStep,

    /// <summary>Half a cosine down to <see cref="ScheduleOptions.MinimumLearningRate"/> (Loshchilov and Hutter 2016, arXiv:1608.03983, equation 5).</summary>
    Cosine,

    /// <summary>Down to zero as a power of the time that is left (PyTorch's <c>PolynomialLR</c>).</summary>
    Polynomial,

    /// <summary>Up along half a cosine and down along another, in each step (Smith and Topin 2017, arXiv:1708.07120; PyTorch's <c>OneCycleLR</c>). It has its own warm-up.</summary>
    OneCycle,
}

/// <summary>How the learning rate begins.</summary>
public enum WarmupKind
{
    /// <summary>It grows linearly (Goyal et al. 2017, §2.2).</summary>
    Linear,

    /// <summary>It is low, and then jumps.</summary>
    Constant,
}

/// <summary>The learning rate over the training's time; its highest is the optimizer's.</summary>
public sealed record ScheduleOptions
{
    /// <summary>What comes after the warm-up. Default <see cref="ScheduleKind.Cosine"/>.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Cosine;

    /// <summary>Share of all steps that warm up, from 0 to below 1; for <see cref="ScheduleKind.OneCycle"/> the share until the peak (PyTorch's <c>pct_start</c>). Default 0.1.</summary>
    public double WarmupFraction { get; init; } = 0.1;

    /// <summary>How it warms up. Default <see cref="WarmupKind.Linear"/>.</summary>
    public WarmupKind Warmup { get; init; } = WarmupKind.Linear;

    /// <summary>Share of the highest rate that the warm-up starts at, above 0 and at most 1. Default 0.01 (torchvision's <c>--lr-warmup-decay</c>). <see cref="ScheduleKind.OneCycle"/> starts at a 25th.</summary>
    public double WarmupDecay { get; init; } = 0.01;

    /// <summary>Epochs between two reductions of <see cref="ScheduleKind.Step"/>, above 0. Default 30 (torchvision's <c>--lr-step-size</c>).</summary>
    public double StepEpochs { get; init; } = 30;

    /// <summary>Epochs after which <see cref="ScheduleKind.MultiStep"/> reduces the rate, rising. Default none.</summary>
    public IReadOnlyList<double> Milestones { get; init; } = [];

    /// <summary>Factor of a reduction, above 0 and below 1. Default 0.1 (torchvision's <c>--lr-gamma</c>).</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>Exponent of <see cref="ScheduleKind.Polynomial"/>, above 0. Default 1: linear.</summary>
    public double Power { get; init; } = 1;

    /// <summary>Where <see cref="ScheduleKind.Cosine"/> ends, at least 0. Default 0 (torchvision's <c>--lr-min</c>).</summary>
    public double MinimumLearningRate { get; init; }

    internal IEnumerable<string> Faults(int epochs)
    {
        if (OptionFaults.OfChoice(Kind) is { } ofKind)
            yield return ofKind;
        if (OptionFaults.OfChoice(Warmup) is { } ofWarmup)
            yield return ofWarmup;
        if (!(WarmupFraction >= 0 && WarmupFraction < 1))
            yield return $"{nameof(WarmupFraction)} must be at least 0 and below 1 (was {WarmupFraction})";
        if (Kind == ScheduleKind.OneCycle && WarmupFraction == 0)
            yield return $"{nameof(WarmupFraction)} must be above 0 with {nameof(ScheduleKind.OneCycle)}, which rises before it falls (was 0)";
        if (!(WarmupDecay > 0 && WarmupDecay <= 1))
            yield return $"{nameof(WarmupDecay)} must be above 0 and at most 1 (was {WarmupDecay})";
        if (!(StepEpochs > 0 && double.IsFinite(StepEpochs)))
            yield return $"{nameof(StepEpochs)} must be above 0 (was {StepEpochs})";
        if (Kind == ScheduleKind.MultiStep && !IsRising(Milestones, epochs))
            yield return $"{nameof(Milestones)} must be epochs that rise, above 0 and below {epochs}, with {nameof(ScheduleKind.MultiStep)} (was [{string.Join(", ", Milestones ?? [])}])";
        if (Kind != ScheduleKind.MultiStep && Milestones is { Count: > 0 })
            yield return $"{nameof(Milestones)} are of {nameof(ScheduleKind.MultiStep)}; {nameof(Kind)} is {Kind}";
        if (!(Gamma > 0 && Gamma < 1))
            yield return $"{nameof(Gamma)} must be above 0 and below 1 (was {Gamma})";
        if (!(Power > 0 && double.IsFinite(Power)))
            yield return $"{nameof(Power)} must be above 0 (was {Power})";
        if (!(MinimumLearningRate >= 0 && double.IsFinite(MinimumLearningRate)))
            yield return $"{nameof(MinimumLearningRate)} must be at least 0 (was {MinimumLearningRate})";
    }

    static bool IsRising(IReadOnlyList<double>? milestones, int epochs) =>
        milestones is { Count: > 0 } && milestones.Prepend(0).Append(epochs).Zip(milestones.Append(epochs)).All(pair => pair.First < pair.Second);
}
