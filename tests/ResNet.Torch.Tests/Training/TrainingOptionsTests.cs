namespace ResNet.Torch.Tests.Training;

[TestClass]
public class TrainingOptionsTests
{
    [TestMethod]
    public void RequireValid_SeveralFaults_TellsAllAtOnce()
    {
        var options = new TrainingOptions
        {
            Epochs = 0,
            BatchSize = 1,
            Optimizer = new() { LearningRate = -0.1, Momentum = 1, WeightDecay = double.NaN },
            Schedule = new() { WarmupFraction = 1 },
            Augmentation = new() { CropPadding = -1 },
            Regularization = new() { LabelSmoothing = 1, ClassWeights = [1, -1] },
            Validation = new() { Patience = 0 },
            Checkpoints = new() { Folder = " " },
            FineTuning = new() { HeadOnly = true },
        };

        var error = Assert.ThrowsExactly<ArgumentException>(options.RequireValid);

        foreach (var part in new[]
        {
            "Epochs must be at least 1 (was 0)", "BatchSize must be at least 2", "Optimizer.LearningRate must be above 0 (was -0.1)", "Optimizer.Momentum", "Optimizer.WeightDecay",
            "Schedule.WarmupFraction", "Augmentation.CropPadding", "Regularization.LabelSmoothing", "Regularization.ClassWeights", "Validation.Patience must be at least 1",
            "Checkpoints.Folder", "FineTuning.WeightsFile or From must say", "HeadOnly computes each image's features once",
        })
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    public void RequireValid_Defaults_Passes()
    {
        var options = new TrainingOptions();

        options.RequireValid();

        Assert.IsEmpty(options.Faults().ToList());
    }
}
