using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>How much a class counts in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>All alike.</summary>
    None,

    /// <summary>In inverse proportion to its number of training images: images / (classes × images of the class).</summary>
    Balanced,
}

/// <summary>What keeps a network from learning its images by heart, beside augmentation and weight decay.</summary>
public sealed record RegularizationOptions
{
    /// <summary>Share of the target that all classes get alike, from 0 to below 1 (Szegedy et al. 2015, arXiv:1512.00567, §7). Default 0; torchvision's current recipe has 0.1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>How much each class counts. Default <see cref="ClassWeighting.None"/>.</summary>
    public ClassWeighting ClassWeighting { get; init; } = ClassWeighting.None;

    /// <summary>How much each class counts, in the order of the labels, each above 0; a batch's loss is divided by the sum of its images' weights, as in PyTorch. Null: by <see cref="ClassWeighting"/>. Default null.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>
    /// Share that the moving average of the weights keeps of itself at each update, above 0 and below 1 (torchvision's <c>--model-ema-decay</c>).
    /// The average is what is measured and returned. Default null: no average.
    /// </summary>
    public double? WeightAverageDecay { get; init; }

    /// <summary>Steps between two updates of that average, at least 1. Default 1; torchvision's recipe has 32 (<c>--model-ema-steps</c>).</summary>
    public int WeightAverageSteps { get; init; } = 1;

    internal IEnumerable<string> Faults()
    {
        if (!(LabelSmoothing >= 0 && LabelSmoothing < 1))
            yield return $"{nameof(LabelSmoothing)} must be at least 0 and below 1 (was {LabelSmoothing})";
        if (OptionFaults.OfChoice(ClassWeighting) is { } ofClassWeighting)
            yield return ofClassWeighting;
        if (ClassWeights is not null && ClassWeighting != ClassWeighting.None)
            yield return $"{nameof(ClassWeights)} and {nameof(ClassWeighting)} exclude one another (both were set)";
        if (ClassWeights is { } weights && !weights.All(w => w > 0 && double.IsFinite(w))) // a batch of classes that weigh nothing would have no loss
            yield return $"{nameof(ClassWeights)} must each be above 0 (was [{string.Join(", ", weights)}])";
        if (WeightAverageDecay is { } decay && !(decay > 0 && decay < 1))
            yield return $"{nameof(WeightAverageDecay)} must be above 0 and below 1, or null (was {decay})";
        if (WeightAverageSteps < 1)
            yield return $"{nameof(WeightAverageSteps)} must be at least 1 (was {WeightAverageSteps})";
    }
}
