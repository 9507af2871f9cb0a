namespace ResNet.Torch.Tests.Training.Checkpoints;

/// <summary>A training that was interrupted in every epoch and resumed each time is the one that never was.</summary>
[TestClass]
public sealed class ResumeTests : IDisposable
{
    /// <param name="Options">How to train.</param>
    /// <param name="IsValidated">Whether there are validation images.</param>
    /// <param name="Size">Height and width of the images: bfloat16 repeats itself where the last stage sees several pixels.</param>
    /// <param name="DropPathRate">Stochastic depth.</param>
    sealed record Kind(TrainingOptions Options, bool IsValidated = false, int Size = 16, double DropPathRate = 0);

    static readonly TrainingOptions options = TinyTraining.Options;

    static readonly OptimizerOptions adamW = new() { Kind = OptimizerKind.AdamW, LearningRate = 1e-3, ReferenceBatchSize = null };

    static readonly Dictionary<string, Kind> kinds = new()
    {
        ["SGD"] = new(options),
        ["SGD, weight average, validation"] = new(options with { Regularization = new() { WeightAverageDecay = 0.9, WeightAverageSteps = 2 } }, IsValidated: true),
        ["AdamW, best epoch by loss"] = new(options with { Optimizer = adamW, Validation = new() { Metric = ValidationMetric.Loss } }, IsValidated: true),
        ["AdamW, weight average, last weights"] = new(options with { Optimizer = adamW with { LayerDecay = 0.8 }, Regularization = new() { WeightAverageDecay = 0.5 }, Validation = new() { KeepBest = false } }, IsValidated: true),
        ["accumulated batches"] = new(options with { Optimizer = new() { AccumulatedBatches = 2, ClipGradientNorm = 1 }, Regularization = new() { WeightAverageDecay = 0.9, WeightAverageSteps = 2 } }),
        ["stochastic depth"] = new(options, DropPathRate: 0.4),
        ["augmentation, mixup and CutMix"] = new(options with
        {
            Augmentation = new() { CropPadding = 2, AutoAugment = AutoAugmentPolicy.TrivialAugmentWide, RandomErasing = 0.5, MixupAlpha = 0.2, CutMixAlpha = 1 },
            Regularization = new() { LabelSmoothing = 0.1, ClassWeighting = ClassWeighting.Balanced },
        }),
        ["bfloat16"] = new(options with { Precision = TrainingPrecision.BFloat16 }, IsValidated: true, Size: 32),
        ["frozen stages"] = new(options with { FineTuning = new() { FrozenStages = 1 } }, IsValidated: true),
        ["frozen stages, bfloat16"] = new(options with { FineTuning = new() { FrozenStages = 2, FreezeNorms = true }, Precision = TrainingPrecision.BFloat16 }, IsValidated: true, Size: 32),
        ["head only"] = new(options with { FineTuning = new() { HeadOnly = true }, Augmentation = AugmentationOptions.None }, IsValidated: true),
        ["head only, bfloat16"] = new(options with { FineTuning = new() { HeadOnly = true }, Augmentation = AugmentationOptions.None, Precision = TrainingPrecision.BFloat16 }, IsValidated: true, Size: 32),
        ["checkpoint every second epoch"] = new(options with { Validation = new() { EveryEpochs = 2, Patience = 2 }, Checkpoints = new() { Folder = "", EveryEpochs = 2 } }, IsValidated: true),
    };

    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Kinds => kinds.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void Train_InterruptedInEveryEpoch_EndsAsIfItHadNotBeen(string name)
    {
        var kind = kinds[name];
        var start = folder.File("start.safetensors");
        using (var other = ResidualNetwork.Seeded(99, TinyTraining.Variant, TinyTraining.Classes))
            other.Save(start);
        var options = kind.Options with
        {
            FineTuning = kind.Options.FineTuning is { } tuning ? tuning with { WeightsFile = start } : null,
            Checkpoints = null,
        };
        var resumed = options with { Checkpoints = (kind.Options.Checkpoints ?? new() { Folder = "" }) with { Folder = folder.File("checkpoints") } };
        using var training = TinyTraining.Images(size: kind.Size);
        using var validation = kind.IsValidated ? TinyTraining.Images(9, kind.Size, seed: 5) : null;

        var whole = Train(options);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            using var cancel = new CancellationTokenSource();
            Assert.ThrowsExactly<OperationCanceledException>(() => Train(resumed, Recorder.CancellingIn(epoch, cancel), cancel.Token));
            File.Delete(start); // what is needed of it is in the checkpoint
        }
        var last = new Recorder();
        var end = Train(resumed, last);

        Assert.AreEqual(whole, end);
        Assert.AreEqual((options.Epochs - 1) / resumed.Checkpoints.EveryEpochs * resumed.Checkpoints.EveryEpochs + 1, last.Reports[0].Epoch, "It goes on after the last checkpoint.");

        (string Weights, string History, int? BestEpoch, TrainingEnd End, int Seed) Train(TrainingOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
        {
            var result = Trainer.Train(TinyTraining.Variant with { DropPathRate = kind.DropPathRate }, null, training, validation, options, progress, cancellation);
            using (result.Network)
                return (TinyTraining.WeightsOf(result.Network), string.Join('\n', result.History.Select(epoch => epoch with { Duration = default })), result.BestEpoch, result.End, result.Seed);
        }
    }

    [TestMethod]
    public void Train_ResumedAfterItsEnd_ReturnsTheSameWithoutAStep()
    {
        var options = TinyTraining.Options with { Checkpoints = new() { Folder = folder.Path } };
        var recorder = new Recorder();

        Assert.AreEqual(TinyTraining.TrainedWeights(options), TinyTraining.TrainedWeights(options, progress: recorder));
        Assert.IsEmpty(recorder.Reports);
    }

    [TestMethod]
    public void Train_ResumedAfterItStoppedEarly_StaysStopped()
    {
        using var wrong = TinyTraining.Images(9, seed: 5);
        var options = TinyTraining.Options with { Validation = new() { Patience = 1, MinimumImprovement = 1 }, Checkpoints = new() { Folder = folder.Path, EveryEpochs = 3 } };

        foreach (var steps in new[] { 2 * 3, 0 })
        {
            var recorder = new Recorder();
            var (network, history, _, end, _) = TinyTraining.Train(options, wrong, recorder);
            network.Dispose();

            Assert.AreEqual(TrainingEnd.StoppedEarly, end);
            Assert.HasCount(2, history);
            Assert.AreEqual(steps, recorder.Reports.Count(report => report.CompletedEpoch is null));
        }
    }

    [TestMethod]
    public void Train_SeedNotGiven_TakesTheCheckpoints()
    {
        var options = TinyTraining.Options with { Seed = null, Checkpoints = new() { Folder = folder.Path } };
        Assert.IsNull(options.Checkpoints.SavedSeed);
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => TinyTraining.Train(options, progress: Recorder.CancellingIn(2, cancel), cancellation: cancel.Token));
        var saved = options.Checkpoints.SavedSeed;

        var result = TinyTraining.Train(options);

        using (result.Network)
        {
            Assert.AreEqual(saved, result.Seed);
            Assert.AreEqual(TinyTraining.TrainedWeights(TinyTraining.Options with { Seed = saved }), TinyTraining.WeightsOf(result.Network));
        }
    }

    [TestMethod]
    public void Train_CancelledAndResumed_LeavesNothingBehind()
    {
        var options = TinyTraining.Options with { Epochs = 2, Regularization = new() { WeightAverageDecay = 0.9 }, Checkpoints = new() { Folder = folder.Path } };
        using var training = TinyTraining.Images();
        using var validation = TinyTraining.Images(6, seed: 5);

        var left = NativeTensors.LeftBy(
            () =>
            {
                using var cancel = new CancellationTokenSource();
                Assert.ThrowsExactly<OperationCanceledException>(() => Train(Recorder.CancellingIn(2, cancel), cancel.Token));
                Train(null, default).Dispose();
            },
            networks: 2, trainings: 2);

        Assert.AreEqual(0, left);

        ResidualNetwork Train(IProgress<TrainingProgress>? progress, CancellationToken cancellation) =>
            Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, training, validation, options, progress, cancellation).Network;
    }

    public void Dispose() => folder.Dispose();
}
