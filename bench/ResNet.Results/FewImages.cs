using ResNet.Torch;

namespace ResNet.Results;

/// <summary>How a ResNet-20 is trained on some hundreds of images of 32×32 pixels; measured after the last epoch alone.</summary>
static class FewImages
{
    const int Epochs = 30;

    static readonly ValidationOptions measuredLast = new() { EveryEpochs = Epochs };

    /// <summary>From fresh weights.</summary>
    public static TrainingOptions Scratch => TrainingRecipes.SmallImages with { Epochs = Epochs, BatchSize = 32, Validation = measuredLast };

    /// <summary>From weights that were trained on other pictures: at a higher rate than the recipe's.</summary>
    public static TrainingOptions Tuning(FineTuningOptions start) => TrainingRecipes.FineTuning with
    {
        Epochs = Epochs,
        Optimizer = new() { LearningRate = 0.2 },
        Augmentation = new() { CropPadding = 4 },
        Validation = measuredLast,
        FineTuning = start,
    };
}
