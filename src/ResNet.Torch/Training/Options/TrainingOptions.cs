using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>How a network is trained. <see cref="TrainingRecipes"/> has whole sets of options by name; <c>with</c> changes what should differ.</summary>
public sealed record TrainingOptions
{
    /// <summary>Times that every image is seen. Default 20.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Images in a forward pass, at least 2. Default 32. The batches of an epoch differ by one image at most, and none is larger.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How weights follow their gradients, and at what rate. Default stochastic gradient descent as in He et al. 2015, with Nesterov momentum.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>How the learning rate changes with time. Default a linear warm-up, then a cosine to zero.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>Random changes of the images, drawn anew in each epoch. Default mirrored half of the time, and nothing else.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>What keeps the network from learning its images by heart, beside augmentation and weight decay. Default nothing.</summary>
    public RegularizationOptions Regularization { get; init; } = new();

    /// <summary>The numbers that convolutions compute with. Default <see cref="TrainingPrecision.Auto"/>.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Auto;

    /// <summary>Where the network is trained. Default <see cref="ComputeDevice.Auto"/>: on a GPU where libtorch finds one. The trained network is on the processor.</summary>
    /// <remarks>Training on a GPU has not been run by the library's own tests.</remarks>
    public ComputeDevice Device { get; init; }

    /// <summary>What is done with validation images, where there are any. Default: measured after each epoch, and the best epoch's weights kept.</summary>
    public ValidationOptions Validation { get; init; } = new();

    /// <summary>Where the state of training is written, to resume from. Default null: nowhere.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Weights to start from, and how much of the network learns. Default null: fresh weights, and all of it.</summary>
    public FineTuningOptions? FineTuning { get; init; }

    /// <summary>Seed of weights, order and augmentation. On the same machine and number of threads the same seed gives the same network, to the bit. Default: drawn at random, or the one of the checkpoint that is resumed.</summary>
    public int? Seed { get; init; }

    /// <summary>What a cancelled training does. Default <see cref="CancellationPolicy.Throw"/>.</summary>
    public CancellationPolicy OnCancellation { get; init; } = CancellationPolicy.Throw;

    /// <summary>Every option that is out of range or contradicts another, in words.</summary>
    public IEnumerable<string> Faults()
    {
        if (Epochs < 1)
            yield return $"{nameof(Epochs)} must be at least 1 (was {Epochs})";
        if (BatchSize < 2)
            yield return $"{nameof(BatchSize)} must be at least 2, since batch norm compares the images of a batch (was {BatchSize})";
        if (OptionFaults.OfChoice(Precision) is { } ofPrecision)
            yield return ofPrecision;
        if (OptionFaults.OfChoice(OnCancellation) is { } ofOnCancellation)
            yield return ofOnCancellation;
        foreach (var (group, faults) in Groups())
        {
            if (faults is null)
                yield return $"{group} must be set (was null)";
            foreach (var fault in faults ?? [])
                yield return $"{group}.{fault}";
        }
        if (FineTuning is { HeadOnly: true } && Augmentation is { } augmentation && augmentation != AugmentationOptions.None)
            yield return $"{nameof(FineTuning)}.{nameof(FineTuningOptions.HeadOnly)} computes each image's features once, so {nameof(Augmentation)} must be {nameof(AugmentationOptions)}.{nameof(AugmentationOptions.None)}";
    }

    IEnumerable<(string Group, IEnumerable<string>? Faults)> Groups() =>
    [
        (nameof(Optimizer), Optimizer?.Faults()),
        (nameof(Schedule), Schedule?.Faults(Epochs)),
        (nameof(Augmentation), Augmentation?.Faults()),
        (nameof(Regularization), Regularization?.Faults()),
        (nameof(Validation), Validation?.Faults()),
        (nameof(Checkpoints), Checkpoints?.Faults() ?? []),
        (nameof(FineTuning), FineTuning?.Faults() ?? []),
    ];

    /// <summary>Tells all faults at once.</summary>
    /// <exception cref="ArgumentException">An option is out of range or contradicts another; the message names each one.</exception>
    public void RequireValid() => OptionFaults.RequireNone(nameof(TrainingOptions), Faults());
}

/// <summary>The numbers that convolutions and the classifier compute with; the weights that learn, norms and losses are float32 always.</summary>
public enum TrainingPrecision
{
    /// <summary>
    /// <see cref="BFloat16"/> on a processor with instructions for it (AVX512-BF16 or AMX), and on a GPU from compute capability 8.0
    /// (NVIDIA's Ampere) on; else <see cref="Float32"/>.
    /// </summary>
    Auto,

    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits with float32's range: what PyTorch calls automatic mixed precision in bfloat16.</summary>
    BFloat16,
}

/// <summary>What a cancelled training does.</summary>
public enum CancellationPolicy
{
    /// <summary>Ends with an <see cref="OperationCanceledException"/>.</summary>
    Throw,

    /// <summary>Returns the network as at the best epoch so far; without validation, as it is.</summary>
    ReturnBest,
}
