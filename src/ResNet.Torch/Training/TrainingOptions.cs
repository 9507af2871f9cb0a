namespace ResNet.Torch;

/// <summary>How a network is trained: stochastic gradient descent as in He et al. 2015 (arXiv:1512.03385), with the rate warmed up and then lowered along a cosine.</summary>
public sealed record TrainingOptions
{
    /// <summary>Times that every image is seen. Default 20.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Images in a step, at least 2. Default 32. The batches of an epoch differ by one image at most, and none is larger.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Highest learning rate, at batch 256; scaled linearly with the batch (Goyal et al. 2017, §2.1). Default 0.1 (He et al. 2015, §3.4).</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Nesterov momentum, from 0 to below 1. Default 0.9 (He et al. 2015, §3.4).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay, on convolutions and the classifier's weights alone: not on norms and biases. Default 1e-4 (He et al. 2015, §3.4).</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Share of all steps in which the rate grows linearly to its highest (Goyal et al. 2017, §2.2); the cosine (Loshchilov and Hutter 2016) takes the rest. From 0 to below 1. Default 0.1.</summary>
    public double WarmupFraction { get; init; } = 0.1;

    /// <summary>Whether half of the images, drawn anew in each epoch, are mirrored left to right. Default true.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Pixels by which an image is moved at random in each direction, over black: a crop of the padded image (He et al. 2015, §4.2). Default 4.</summary>
    public int CropPadding { get; init; } = 4;

    /// <summary>Seed of weights, order and augmentation. On the same machine and number of threads the same seed gives the same network. Default: drawn at random.</summary>
    public int? Seed { get; init; }

    /// <summary>Highest learning rate at the batch size that is set.</summary>
    internal double ScaledLearningRate => LearningRate * BatchSize / 256;

    /// <summary>Every option that is out of range, in words.</summary>
    public IEnumerable<string> Faults()
    {
        if (Epochs < 1)
            yield return $"{nameof(Epochs)} must be at least 1 (was {Epochs})";
        if (BatchSize < 2)
            yield return $"{nameof(BatchSize)} must be at least 2, since batch norm compares the images of a batch (was {BatchSize})";
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            yield return $"{nameof(LearningRate)} must be above 0 (was {LearningRate})";
        if (!(Momentum >= 0 && Momentum < 1))
            yield return $"{nameof(Momentum)} must be at least 0 and below 1 (was {Momentum})";
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay)))
            yield return $"{nameof(WeightDecay)} must be at least 0 (was {WeightDecay})";
        if (!(WarmupFraction >= 0 && WarmupFraction < 1))
            yield return $"{nameof(WarmupFraction)} must be at least 0 and below 1 (was {WarmupFraction})";
        if (CropPadding < 0)
            yield return $"{nameof(CropPadding)} must be at least 0 (was {CropPadding})";
    }

    /// <summary>Tells all faults at once.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names each one.</exception>
    public void RequireValid()
    {
        var faults = string.Join("; ", Faults());
        if (faults.Length > 0)
            throw new ArgumentException($"{nameof(TrainingOptions)}: {faults}.");
    }
}
