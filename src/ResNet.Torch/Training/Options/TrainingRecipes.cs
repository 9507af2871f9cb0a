namespace ResNet.Torch;

/// <summary>Whole sets of options by name. <c>with</c> changes what should differ: <c>TrainingRecipes.SmallImages with { Epochs = 30 }</c>.</summary>
public static class TrainingRecipes
{
    /// <summary>
    /// ImageNet as He et al. 2015 (arXiv:1512.03385, §3.4), in the form that torchvision's first weights were trained by: 90 epochs, batches
    /// of 256, the rate divided by 10 every 30 epochs, everything decaying.
    /// </summary>
    public static TrainingOptions He2015 { get; } = new()
    {
        Epochs = 90,
        BatchSize = 256,
        Optimizer = new() { LearningRate = 0.1, Nesterov = false, WeightDecay = 1e-4, DecaysNormsAndBiases = true },
        Schedule = new() { Kind = ScheduleKind.Step, StepEpochs = 30, Gamma = 0.1, WarmupFraction = 0 },
        Augmentation = new() { RandomResizedCrop = new() },
    };

    /// <summary>CIFAR-10 as He et al. 2015 (§4.2): batches of 128 for 64,000 steps, the rate divided by 10 after 32,000 and 48,000; padded crop and flip.</summary>
    public static TrainingOptions He2015Cifar { get; } = new()
    {
        Epochs = 164,
        BatchSize = 128,
        Optimizer = new() { LearningRate = 0.1, ReferenceBatchSize = 128, Nesterov = false, WeightDecay = 1e-4, DecaysNormsAndBiases = true },
        Schedule = new() { Kind = ScheduleKind.MultiStep, Milestones = [82, 123], Gamma = 0.1, WarmupFraction = 0 },
        Augmentation = new() { CropPadding = 4 },
    };

    /// <summary>
    /// ImageNet as torchvision trained its ResNet-50's second weights: 600 epochs, batches of 1024, a cosine, label smoothing, TrivialAugment,
    /// random erasing, mixup and CutMix, and the moving average of the weights. Not part of it: repeated augmentation,
    /// a decay of the classifier's bias, and the average's restart during warm-up.
    /// </summary>
    public static TrainingOptions Torchvision { get; } = new()
    {
        Epochs = 600,
        BatchSize = 1024,
        Optimizer = new() { LearningRate = 0.5, ReferenceBatchSize = 1024, Nesterov = false, WeightDecay = 2e-5 },
        Schedule = new() { Kind = ScheduleKind.Cosine, WarmupFraction = 5.0 / 600 },
        Augmentation = new()
        {
            RandomResizedCrop = new(),
            AutoAugment = AutoAugmentPolicy.TrivialAugmentWide,
            RandomErasing = 0.1,
            MixupAlpha = 0.2,
            CutMixAlpha = 1,
        },
        // torchvision's decay of 0.99998 is for one image and one epoch: 1 − (1 − 0.99998)·1024·32/600.
        Regularization = new() { LabelSmoothing = 0.1, WeightAverageDecay = 1 - 2e-5 * 1024 * 32 / 600, WeightAverageSteps = 32 },
    };

    /// <summary>Images of 28 to 64 pixels in minutes: a high rate that falls to zero along a line, padded crop and flip, some label smoothing.</summary>
    public static TrainingOptions SmallImages { get; } = new()
    {
        Epochs = 15,
        BatchSize = 128,
        Optimizer = new() { LearningRate = 0.2, ReferenceBatchSize = 128, WeightDecay = 5e-4 },
        Schedule = new() { Kind = ScheduleKind.Polynomial, WarmupFraction = 0.2 },
        Augmentation = new() { CropPadding = 4 },
        Regularization = new() { LabelSmoothing = 0.1 },
    };

    /// <summary>All of a trained network on images of one's own, at a low rate; say which weights in <see cref="TrainingOptions.FineTuning"/>.</summary>
    public static TrainingOptions FineTuning { get; } = new()
    {
        Epochs = 10,
        BatchSize = 32,
        Optimizer = new() { LearningRate = 0.04, WeightDecay = 1e-4 },
        Schedule = new() { Kind = ScheduleKind.Cosine, WarmupFraction = 0.1 },
        Augmentation = new() { RandomResizedCrop = new() { MinScale = 0.35 } },
        Regularization = new() { LabelSmoothing = 0.1 },
        FineTuning = new(),
    };

    /// <summary>The last layer alone, on features that are computed once; say which weights in <see cref="TrainingOptions.FineTuning"/>.</summary>
    public static TrainingOptions LinearProbe { get; } = new()
    {
        Epochs = 100,
        BatchSize = 64,
        Optimizer = new() { Kind = OptimizerKind.AdamW, LearningRate = 1e-2, ReferenceBatchSize = null, WeightDecay = 1e-2 },
        Schedule = new() { Kind = ScheduleKind.Cosine, WarmupFraction = 0 },
        Augmentation = AugmentationOptions.None,
        FineTuning = new() { HeadOnly = true },
    };

    /// <summary>Every recipe by its name.</summary>
    public static IReadOnlyDictionary<string, TrainingOptions> All { get; } = new Dictionary<string, TrainingOptions>(StringComparer.OrdinalIgnoreCase)
    {
        ["he2015"] = He2015,
        ["he2015-cifar"] = He2015Cifar,
        ["torchvision"] = Torchvision,
        ["small-images"] = SmallImages,
        ["fine-tuning"] = FineTuning,
        ["linear-probe"] = LinearProbe,
    };

    /// <summary>Finds a recipe by its name, in any case.</summary>
    /// <exception cref="ArgumentException">No recipe has that name; the message lists those that there are.</exception>
    public static TrainingOptions Find(string name) => All.TryGetValue(name, out var recipe)
        ? recipe
        : throw new ArgumentException($"There is no recipe named '{name}'. There are: {string.Join(", ", All.Keys)}.", nameof(name));
}
