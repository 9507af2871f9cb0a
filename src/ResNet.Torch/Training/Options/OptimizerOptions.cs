using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>The rule by which weights follow their gradients; each as PyTorch's optimizer of the name.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Kingma and Ba 2014 (arXiv:1412.6980); weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2017 (arXiv:1711.05101): weights decay by themselves.</summary>
    AdamW,
}

/// <summary>How weights follow their gradients.</summary>
public sealed record OptimizerOptions
{
    /// <summary>The rule. Default <see cref="OptimizerKind.Sgd"/>.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Sgd;

    /// <summary>Highest learning rate, above 0, at a step of <see cref="ReferenceBatchSize"/> images. Default 0.1 (He et al. 2015, §3.4).</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Images of a step at which the rate is <see cref="LearningRate"/>; with others it is scaled linearly (Goyal et al. 2017, §2.1). Null: never scaled. Default 256.</summary>
    public int? ReferenceBatchSize { get; init; } = 256;

    /// <summary>Momentum of <see cref="OptimizerKind.Sgd"/>, from 0 to below 1. Default 0.9 (He et al. 2015, §3.4).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether that momentum is Nesterov's. Default true.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>Adam's decay of the gradient's mean, from 0 to below 1. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's decay of the gradient's mean square, from 0 to below 1. Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What Adam adds to a divisor, above 0. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay, at least 0. Default 1e-4 (He et al. 2015, §3.4).</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Whether norms and biases decay too, as in the original recipes. Default false (torchvision's <c>--norm-weight-decay 0</c>).</summary>
    public bool DecaysNormsAndBiases { get; init; }

    /// <summary>Factor of the rate from a block to the one before it, above 0 and at most 1: early layers learn slower (Bao et al. 2021, arXiv:2106.08254, appendix). Default 1: all alike.</summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>Longest gradient, over all weights together, above 0; a longer one is scaled down to it (PyTorch's <c>clip_grad_norm_</c>). Default null: any.</summary>
    public double? ClipGradientNorm { get; init; }

    /// <summary>Batches whose gradients are averaged for one step, at least 1. Default 1.</summary>
    public int AccumulatedBatches { get; init; } = 1;

    /// <summary>Highest learning rate for batches of a size.</summary>
    internal double RateAt(int batchSize) => ReferenceBatchSize is { } reference ? LearningRate * batchSize * AccumulatedBatches / reference : LearningRate;

    internal IEnumerable<string> Faults()
    {
        if (OptionFaults.OfChoice(Kind) is { } ofKind)
            yield return ofKind;
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            yield return $"{nameof(LearningRate)} must be above 0 (was {LearningRate})";
        if (ReferenceBatchSize < 1)
            yield return $"{nameof(ReferenceBatchSize)} must be at least 1, or null (was {ReferenceBatchSize})";
        foreach (var (name, value) in new[] { (nameof(Momentum), Momentum), (nameof(Beta1), Beta1), (nameof(Beta2), Beta2) })
        {
            if (!(value >= 0 && value < 1))
                yield return $"{name} must be at least 0 and below 1 (was {value})";
        }
        if (!(Epsilon > 0 && double.IsFinite(Epsilon)))
            yield return $"{nameof(Epsilon)} must be above 0 (was {Epsilon})";
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay)))
            yield return $"{nameof(WeightDecay)} must be at least 0 (was {WeightDecay})";
        if (!(LayerDecay > 0 && LayerDecay <= 1))
            yield return $"{nameof(LayerDecay)} must be above 0 and at most 1 (was {LayerDecay})";
        if (ClipGradientNorm is { } norm && !(norm > 0 && double.IsFinite(norm)))
            yield return $"{nameof(ClipGradientNorm)} must be above 0, or null (was {norm})";
        if (AccumulatedBatches < 1)
            yield return $"{nameof(AccumulatedBatches)} must be at least 1 (was {AccumulatedBatches})";
    }
}
