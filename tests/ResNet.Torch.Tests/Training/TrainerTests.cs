using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class TrainerTests
{
    static readonly TrainingOptions brief = new() { Epochs = 1, BatchSize = 8, Seed = 1, Augmentation = new() { CropPadding = 1 } };

    /// <summary>Grey squares of 16×16, bright on the left or on the right half: a flip would change the class.</summary>
    static LabelledImages Halves(int count)
    {
        var random = new Random(2);
        var images = new LabelledImages(ImagePreset.ImageNet(16, 16, 1), 2);
        for (var i = 0; i < count; i++)
        {
            var label = i % 2;
            images.Add([.. Enumerable.Range(0, 256).Select(p => (byte)(random.Next(80) + (p % 16 / 8 == label ? 150 : 0)))], label);
        }
        return images;
    }

    static Dictionary<string, float[]> Weights(ResidualNetwork network) =>
        network.state_dict().Where(entry => entry.Value.dtype == ScalarType.Float32)
            .ToDictionary(entry => entry.Key, entry => entry.Value.contiguous().data<float>().ToArray());

    static Dictionary<string, float[]> TrainedWeights(TrainingOptions options, LabelledImages images)
    {
        var network = Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, images, null, options).Network;
        using (network)
            return Weights(network);
    }

    [TestMethod]
    public void Train_SeparableImages_LearnsThem()
    {
        var (network, history, bestEpoch, end, _) = Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, Halves(48), Halves(16), brief with { Epochs = 12, Augmentation = AugmentationOptions.None, Validation = new() { KeepBest = false } });
        using (network)
        {
            Assert.AreEqual(TrainingEnd.Completed, end);
            Assert.IsNull(bestEpoch);
            Assert.AreEqual(1.0, Evaluation.Of(network, Halves(32)).Accuracy);
            Assert.HasCount(12, history);
            Assert.AreEqual(1.0, history[^1].ValidationAccuracy);
            Assert.IsLessThan(history[0].TrainingLoss, history[^1].TrainingLoss);
        }
    }

    [TestMethod]
    public void Train_SameSeed_GivesBitIdenticalWeights()
    {
        var (first, second) = (TrainedWeights(brief, Halves(20)), TrainedWeights(brief, Halves(20)));

        foreach (var (name, values) in first)
            CollectionAssert.AreEqual(values, second[name], name);
    }

    [TestMethod]
    public void Train_WeightDecay_LeavesNormsAndBiasesAlone()
    {
        var one = brief with { Schedule = new() { WarmupFraction = 0 } }; // 8 images: a single step, whose gradients do not depend on the decay
        var (without, with) = (TrainedWeights(one with { Optimizer = new() { WeightDecay = 0 } }, Halves(8)), TrainedWeights(one with { Optimizer = new() { WeightDecay = 0.5 } }, Halves(8)));

        Assert.IsNotEmpty(with.Where(w => w.Key.Contains("bn")).ToList());
        foreach (var (name, values) in with)
        {
            var isDecayed = name.Contains("conv") || name.EndsWith("downsample.0.weight", StringComparison.Ordinal) || name == "fc.weight";
            Assert.AreEqual(!isDecayed, values.SequenceEqual(without[name]), name);
        }
    }

    [TestMethod]
    public void Train_Progress_TellsEveryStepAndEpoch()
    {
        var recorder = new Recorder();
        var network = Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, Halves(20), null, brief with { Epochs = 2 }, recorder).Network;
        network.Dispose();

        CollectionAssert.AreEqual(
            new[] { (1, 1), (1, 2), (1, 3), (1, 3), (2, 1), (2, 2), (2, 3), (2, 3) },
            recorder.Reports.Select(r => (r.Epoch, r.Step)).ToArray());
        Assert.AreEqual(2, recorder.Reports.Count(r => r.CompletedEpoch is not null));
    }

    [TestMethod]
    [DataRow(3, 2, 1)]  // no step of a single image
    [DataRow(9, 8, 2)]
    [DataRow(16, 8, 2)]
    [DataRow(2, 8, 1)]
    public void Train_AnyNumberOfImages_NeverStepsOnOne(int images, int batchSize, int steps)
    {
        var recorder = new Recorder();
        var network = Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, Halves(images), null, brief with { BatchSize = batchSize }, recorder).Network;
        network.Dispose();

        Assert.AreEqual(steps, recorder.Reports.Count(r => r.CompletedEpoch is null));
    }

    [TestMethod]
    public void Train_Cancelled_EndsBeforeTheNextStepAndFreesAll()
    {
        using var cancel = new CancellationTokenSource();
        var recorder = new Recorder(p => { if (p.Step == 2) cancel.Cancel(); });

        var left = NativeTensors.LeftBy(
            () => Assert.ThrowsExactly<OperationCanceledException>(() => Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, Halves(64), null, brief, recorder, cancel.Token)),
            networks: 1, trainings: 1);

        Assert.HasCount(2, recorder.Reports);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Train_ExplodingLoss_NamesEpochStepAndRate()
    {
        TrainingDivergedException error = null!;

        var left = NativeTensors.LeftBy(
            () => error = Assert.ThrowsExactly<TrainingDivergedException>(() =>
                Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, Halves(64), null, brief with { Optimizer = new() { LearningRate = 1e30 }, Schedule = new() { WarmupFraction = 0 } })),
            networks: 1, trainings: 1);

        Assert.Contains("epoch 1, step ", error.Message);
        Assert.Contains("LearningRate", error.Message);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Train_Finished_LeavesNothingButTheNetwork()
    {
        var left = NativeTensors.LeftBy(
            () =>
            {
                var network = Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, Halves(16), Halves(8), brief).Network;
                Assert.IsFalse(network.training);
                network.Dispose();
            },
            networks: 1, trainings: 1);

        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Train_BadInput_SaysWhatIsWrong()
    {
        Assert.Contains("at least 2 images (received 1)", Fault(Halves(1), null, brief));
        Assert.Contains("Validation images are 8×8×1, training images 16×16×1", Fault(Halves(4), new LabelledImages(ImagePreset.ImageNet(8, 8, 1), 2), brief));
        Assert.Contains("Validation images are of 3 classes, training images of 2", Fault(Halves(4), new LabelledImages(ImagePreset.ImageNet(16, 16, 1), 3), brief));
        Assert.Contains("Augmentation.CropPadding must be below the shorter side of the images, 16 pixels (was 16)", Fault(Halves(4), null, brief with { Augmentation = new() { CropPadding = 16 } }));
        Assert.Contains("Epochs must be at least 1 (was 0)", Fault(Halves(4), null, brief with { Epochs = 0 }));

        static string Fault(LabelledImages training, LabelledImages? validation, TrainingOptions options) =>
            Assert.ThrowsExactly<ArgumentException>(() => Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, training, validation, options)).Message;
    }
}
