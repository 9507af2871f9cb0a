using ResNet.Torch.Training;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training.Checkpoints;

[TestClass]
public class TrainingCheckpointTests
{
    [TestMethod]
    public void Write_LossesThatAreNoFiniteNumbers_AreReadBack()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var path = folder.File("a.safetensors");
        var epoch = new EpochMetrics(1, 2, LearningRate: 0.1, TrainingLoss: 1.0 / 3, TrainingAccuracy: 0.5, ValidationLoss: double.NaN, ValidationAccuracy: 0.25, TimeSpan.FromSeconds(1.5));
        var state = new CheckpointState
        {
            Identity = new() { ["Epochs"] = "2" },
            Seed = 3,
            Epoch = 1,
            OptimizerSteps = 4,
            AverageUpdates = 5,
            BestEpoch = 1,
            BestValue = double.PositiveInfinity,
            ImprovedValue = null,
            Waited = 6,
            History = [epoch],
        };

        TrainingCheckpoint.Write(path, state, new Dictionary<string, Tensor> { ["x"] = ones(3) });
        var (read, tensors) = TrainingCheckpoint.Read(path);

        Assert.AreEqual(epoch, read.History.Single());
        Assert.AreEqual(double.PositiveInfinity, read.BestValue);
        Assert.AreEqual((3, 1, 4L, 5L, 1, 6), (read.Seed, read.Epoch, read.OptimizerSteps, read.AverageUpdates, read.BestEpoch, read.Waited));
        Assert.AreEqual(3, tensors["x"].sum().item<float>());
    }
}
