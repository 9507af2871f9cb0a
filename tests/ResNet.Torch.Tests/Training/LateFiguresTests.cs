using ResNet.Torch.Training;

namespace ResNet.Torch.Tests.Training;

/// <summary>A run that reads a step's loss when the next step is under way, as it does on a GPU, beside one that reads it at once.</summary>
[TestClass]
public sealed class LateFiguresTests : IDisposable
{
    readonly LabelledImages images = HalfBrightImages.Of(8);

    public void Dispose() => images.Dispose();

    (List<TrainingProgress> Reports, float[] Weights) Run(bool readsLate, double rate)
    {
        using var network = ResidualNetwork.Seeded(1, ResNetVariant.ResNet20 with { Depths = new(1, 1, 1) }, classes: 2, channels: 1);
        var recorder = new Recorder();
        var options = new TrainingOptions { Epochs = 2, BatchSize = 2, Optimizer = new() { LearningRate = rate, ReferenceBatchSize = null }, Precision = TrainingPrecision.Float32 };
        using (var run = new TrainingRun(network, images, null, options, seed: 1, recorder, CancellationToken.None, readsLate))
            run.ToEnd();
        using var scope = TorchSharp.torch.NewDisposeScope();
        return (recorder.Reports, [.. network.parameters().SelectMany(parameter => parameter.detach().contiguous().data<float>().ToArray())]);
    }

    [TestMethod]
    public void Run_FiguresReadLate_ReportsAndLearnsTheSame()
    {
        var (expected, weights) = Run(readsLate: false, rate: 0.01);
        var (late, lateWeights) = Run(readsLate: true, rate: 0.01);

        CollectionAssert.AreEqual(Told(expected), Told(late));
        CollectionAssert.AreEqual(weights, lateWeights);
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4, 4, 1, 2, 3, 4, 4 }, late.Select(report => report.Step).ToArray(), "each step once, and the epoch behind its last");

        static List<(int, int, double, double, double?)> Told(List<TrainingProgress> reports) =>
            [.. reports.Select(report => (report.Epoch, report.Step, report.Loss, report.LearningRate, report.CompletedEpoch?.TrainingLoss))];
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_ExplodingLoss_IsTold(bool readsLate) =>
        Assert.Contains("in epoch 1, step", Assert.ThrowsExactly<TrainingDivergedException>(() => Run(readsLate, rate: 1e12)).Message);
}
