namespace ResNet.Torch.Tests.Training;

/// <summary>Trainings whose rate is sound for some steps, and then is not.</summary>
[TestClass]
public sealed class DivergenceTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string CheckpointPath => Path.Combine(folder.Path, CheckpointOptions.FileName);

    /// <summary>A rate of about 0.1 for so many of the nine steps, then one that is out of all bounds.</summary>
    TrainingOptions SoundFor(int steps, double rate) => TinyTraining.Options with
    {
        Optimizer = new() { LearningRate = rate, ReferenceBatchSize = null },
        Schedule = new() { Kind = ScheduleKind.Constant, Warmup = WarmupKind.Constant, WarmupDecay = 0.1 / rate, WarmupFraction = steps / 9.0 },
        Checkpoints = new() { Folder = folder.Path },
    };

    [TestMethod]
    public void Train_RateTooHighFromTheStart_NamesStepRateAndTheFirstCheckpoint()
    {
        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => TinyTraining.Train(SoundFor(0, rate: 1e30) with { Schedule = new() { WarmupFraction = 0, Kind = ScheduleKind.Constant } }));

        Assert.Contains("in epoch 1, step 2, at learning rate 1E+30", error.Message);
        Assert.Contains($"The checkpoint of epoch 0 is kept in {CheckpointPath}", error.Message);
    }

    [TestMethod]
    public void Train_RateTooHighLater_KeepsTheCheckpointOfTheLastGoodEpoch()
    {
        var options = SoundFor(4, rate: 1e30);

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => TinyTraining.Train(options));

        Assert.Contains("in epoch 2, step 3, at learning rate 1E+30", error.Message);
        Assert.Contains("Lower Optimizer.LearningRate", error.Message);
        Assert.Contains($"The checkpoint of epoch 1 is kept in {CheckpointPath}", error.Message);
        Assert.Contains("FineTuningOptions.WeightsFile", error.Message);
    }

    [TestMethod]
    public void Train_LastStepOfAnEpochBreaksTheWeights_WritesNoCheckpointOfThem()
    {
        // The loss would tell at the next step, which is of another epoch.
        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => TinyTraining.Train(SoundFor(5, rate: 1e30)));

        Assert.Contains("The weights have exploded by the end of epoch 2", error.Message);
        Assert.Contains("The checkpoint of epoch 1 is kept", error.Message);
    }

    [TestMethod]
    public void Train_LastStepOfAllBreaksTheWeights_ReturnsNoSuchNetwork() =>
        Assert.ThrowsExactly<TrainingDivergedException>(() => TinyTraining.Train(SoundFor(8, rate: 1e30) with { Checkpoints = null }));

    [TestMethod]
    public void Train_CheckpointsEverySecondEpoch_NamesTheOneThatIsThere()
    {
        var options = SoundFor(10, rate: 1e30) with { Epochs = 5 };
        options = options with
        {
            Schedule = options.Schedule with { WarmupFraction = 10.0 / 15 },
            Checkpoints = new() { Folder = folder.Path, EveryEpochs = 2 },
        };

        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => TinyTraining.Train(options));

        Assert.Contains("in epoch 4, step 3", error.Message);
        Assert.Contains("The checkpoint of epoch 2 is kept", error.Message);
    }

    [TestMethod]
    public void Train_AfterDivergence_GoesOnFromTheCheckpointsWeightsAtALowerRate()
    {
        var options = SoundFor(4, rate: 1e30);
        Assert.ThrowsExactly<TrainingDivergedException>(() => TinyTraining.Train(options));

        var lower = TinyTraining.Options with { Optimizer = new() { LearningRate = 0.01, ReferenceBatchSize = null } };
        var refusal = Assert.ThrowsExactly<CheckpointException>(() => TinyTraining.Train(lower with { Checkpoints = options.Checkpoints }));
        Assert.Contains("Optimizer.LearningRate was ", refusal.Message);

        var (network, history, _, end, _) = TinyTraining.Train(lower with { FineTuning = new() { WeightsFile = CheckpointPath }, Checkpoints = new() { Folder = folder.File("lower") } });
        network.Dispose();
        Assert.AreEqual(TrainingEnd.Completed, end);
        Assert.HasCount(3, history);
        Assert.IsLessThan(history[0].TrainingLoss, history[^1].TrainingLoss);
    }

    public void Dispose() => folder.Dispose();
}
