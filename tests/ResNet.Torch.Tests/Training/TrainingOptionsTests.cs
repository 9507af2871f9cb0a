namespace ResNet.Torch.Tests.Training;

[TestClass]
public class TrainingOptionsTests
{
    [TestMethod]
    public void RequireValid_SeveralFaults_TellsAllAtOnce()
    {
        var options = new TrainingOptions { Epochs = 0, BatchSize = 1, LearningRate = -0.1, Momentum = 1, WeightDecay = double.NaN, WarmupFraction = 1, CropPadding = -1 };

        var error = Assert.ThrowsExactly<ArgumentException>(options.RequireValid);

        foreach (var part in new[] { "Epochs must be at least 1 (was 0)", "BatchSize must be at least 2", "LearningRate must be above 0 (was -0.1)", "Momentum", "WeightDecay", "WarmupFraction", "CropPadding" })
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
