using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

/// <summary>Whole trainings of a few steps, each beside another that must come to the same.</summary>
[TestClass]
public sealed class TrainingStepsTests : IDisposable
{
    /// <summary>One step of all 8 images an epoch.</summary>
    static readonly TrainingOptions brief = new()
    {
        BatchSize = 8,
        Seed = 1,
        Optimizer = new() { LearningRate = 0.05, ReferenceBatchSize = null },
        Schedule = new() { Kind = ScheduleKind.Constant, WarmupFraction = 0 },
        Augmentation = AugmentationOptions.None,
        Precision = TrainingPrecision.Float32,
    };

    readonly LabelledImages images = HalfBrightImages.Of(8);

    public void Dispose() => images.Dispose();

    Dictionary<string, float[]> Trained(TrainingOptions options, LabelledImages? validation = null)
    {
        var (network, _, _, _, _) = Trainer.Train(ResNetVariant.ResNet20, null, images, validation, options);
        using (network)
        using (NewDisposeScope())
        {
            return network.state_dict().Where(w => w.Value.is_floating_point()).ToDictionary(w => w.Key, w => w.Value.contiguous().data<float>().ToArray());
        }
    }

    static void RequireClose(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual, double tolerance)
    {
        CollectionAssert.AreEquivalent(expected.Keys, actual.Keys);
        foreach (var (name, values) in expected)
            Assert.IsLessThan(tolerance, ReferenceFile.RelativeError(values, actual[name]), name);
    }

    [TestMethod]
    [DataRow(2, 4)]
    [DataRow(4, 2)]
    [DataRow(2, 16)] // the epoch ends before as many have come
    public void Train_AccumulatedBatches_StepAsOneBatchOfThemAll(int batchSize, int batches)
    {
        using var start = new ImageClassifier(ResidualNetwork.Seeded(2, ResNetVariant.ResNet20, classes: 2, channels: 1), images.Preset, ["left", "right"]);
        // Each batch would be normalised by its own statistics.
        var tuning = brief with { Epochs = 2, FineTuning = new() { From = start, FreezeNorms = true }, Optimizer = brief.Optimizer with { LearningRate = 1e-4 } };

        var (unmoved, whole) = (Trained(tuning with { Optimizer = tuning.Optimizer with { LearningRate = 1e-30 } }), Trained(tuning));
        var accumulated = Trained(tuning with { BatchSize = batchSize, Optimizer = tuning.Optimizer with { AccumulatedBatches = batches } });

        // What the two steps moved: a gradient that was added up and not averaged would have moved it some times as far.
        foreach (var name in new[] { "conv1.weight", "layer2.1.conv2.weight", "layer3.2.bn2.bias", "fc.weight" })
            Assert.IsLessThan(0.01, ReferenceFile.RelativeError(Moved(whole, name), Moved(accumulated, name)), name);

        float[] Moved(Dictionary<string, float[]> weights, string name) => [.. weights[name].Zip(unmoved[name], (after, before) => after - before)];
    }

    [TestMethod]
    public void Train_WeightAverage_ReturnsTheAverageOfItsSteps()
    {
        var (one, two) = (Trained(brief with { Epochs = 1 }), Trained(brief with { Epochs = 2 }));
        var averaging = brief with { Epochs = 2, Regularization = new() { WeightAverageDecay = 0.75 } };

        // The first update copies, the second keeps three quarters; norm statistics too.
        var expected = one.ToDictionary(w => w.Key, w => w.Value.Zip(two[w.Key], (a, b) => 0.75f * a + 0.25f * b).ToArray());
        RequireClose(expected, Trained(averaging), 1e-6);
        RequireClose(expected, Trained(averaging with { Validation = new() { KeepBest = false } }, images), 1e-6); // measured in between, which must leave the weights as they were
    }

    [TestMethod]
    public void Train_LearningRateForABatchSize_IsScaledLinearly()
    {
        var scaled = brief with { Epochs = 2, Optimizer = brief.Optimizer with { LearningRate = 1.6, ReferenceBatchSize = 256 } }; // 1.6·8/256 = 0.05

        RequireClose(Trained(brief with { Epochs = 2 }), Trained(scaled), 1e-6);
    }
}
