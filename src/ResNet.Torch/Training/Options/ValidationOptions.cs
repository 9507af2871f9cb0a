using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>By what an epoch is better than another.</summary>
public enum ValidationMetric
{
    /// <summary>The share of validation images classified rightly.</summary>
    Accuracy,

    /// <summary>The mean cross-entropy of the validation images, the lower the better.</summary>
    Loss,
}

/// <summary>What is done with validation images.</summary>
public sealed record ValidationOptions
{
    /// <summary>Epochs from one measurement to the next, at least 1; the last epoch is measured always. Default 1.</summary>
    public int EveryEpochs { get; init; } = 1;

    /// <summary>By what an epoch is better than another. Default <see cref="ValidationMetric.Accuracy"/>.</summary>
    public ValidationMetric Metric { get; init; } = ValidationMetric.Accuracy;

    /// <summary>Whether the weights of the best measured epoch are returned, rather than the last's; of equals the first. Default true.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Measurements without improvement after which training stops, at least 1. Default null: it never stops early.</summary>
    public int? Patience { get; init; }

    /// <summary>By how much a measurement must be better than the last that counted as improvement to count as one, at least 0. The best epoch is the best by any amount. Default 0.</summary>
    public double MinimumImprovement { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (EveryEpochs < 1)
            yield return $"{nameof(EveryEpochs)} must be at least 1 (was {EveryEpochs})";
        if (OptionFaults.OfChoice(Metric) is { } ofMetric)
            yield return ofMetric;
        if (Patience < 1)
            yield return $"{nameof(Patience)} must be at least 1, or null (was {Patience})";
        if (!(MinimumImprovement >= 0 && double.IsFinite(MinimumImprovement)))
            yield return $"{nameof(MinimumImprovement)} must be at least 0 (was {MinimumImprovement})";
    }
}
