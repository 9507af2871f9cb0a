namespace ResNet.Torch.Tests.Training;

/// <summary>What a step leaves to the garbage collector. TorchSharp makes a managed object for every tensor; nothing of ours may come to as much.</summary>
[TestClass]
public class StepGarbageTests
{
    const int Batches = 40;

    [TestMethod]
    [DataRow("resnet18", 64, OptimizerKind.Sgd, 18_248)] // the last column: bytes of a step on .NET 10 and TorchSharp 0.107
    [DataRow("resnet20", 32, OptimizerKind.AdamW, 12_912)]
    public void Train_AfterTheFirstSteps_AllocatesLittle(string network, int size, OptimizerKind optimizer, int measured)
    {
        using var images = new LabelledImages(ImagePreset.ImageNet(size, size), classes: 2);
        for (var i = 0; i < 2 * Batches; i++)
            images.Add(new byte[images.Preset.ImageBytes], i % 2);
        var steps = new List<long>(Batches);
        var before = 0L;
        var recorder = new Each(_ =>
        {
            steps.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            before = GC.GetAllocatedBytesForCurrentThread();
        });

        Trainer.Train(ResNetVariant.Find(network), null, images, null, new()
        {
            Epochs = 1,
            BatchSize = 2,
            Optimizer = new() { Kind = optimizer, LearningRate = 1e-5 },
            Precision = TrainingPrecision.BFloat16,
            Seed = 1,
        }, recorder).Network.Dispose();

        Assert.IsLessThan(measured * 5 / 4, steps[(Batches / 2)..Batches].Order().ElementAt(Batches / 4), string.Join(' ', steps));
    }

    sealed class Each(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
