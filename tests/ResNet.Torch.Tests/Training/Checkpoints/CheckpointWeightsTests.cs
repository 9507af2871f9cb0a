namespace ResNet.Torch.Tests.Training.Checkpoints;

/// <summary>A checkpoint as a weight file: what is taken from it are the weights that its training returned.</summary>
[TestClass]
public sealed class CheckpointWeightsTests : IDisposable
{
    static readonly TrainingOptions last = TinyTraining.Steady with { Validation = new() { KeepBest = false } };
    static readonly TrainingOptions best = TinyTraining.Steady with { Validation = new() { Metric = ValidationMetric.Loss } };
    static readonly RegularizationOptions averaged = new() { WeightAverageDecay = 0.9 };

    static readonly Dictionary<string, TrainingOptions> kinds = new()
    {
        ["last weights"] = last,
        ["weight average"] = last with { Regularization = averaged },
        ["best epoch"] = best,
        ["best epoch of the weight average"] = best with { Regularization = averaged },
        ["best epoch with frozen stages"] = best with { FineTuning = new() { FrozenStages = 1 } },
        ["best epoch with frozen stages in bfloat16"] = best with { FineTuning = new() { FrozenStages = 1 }, Precision = TrainingPrecision.BFloat16 },
    };

    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Kinds => kinds.Keys.Select(name => new object[] { name });

    string CheckpointPath => Path.Combine(folder.Path, CheckpointOptions.FileName);

    TrainingResult Train(TrainingOptions options)
    {
        // Labels that training unlearns: the best epoch is no late one.
        using var validation = TinyTraining.Images(9, seed: 5, shift: 1);
        return TinyTraining.Train(options with { Checkpoints = new() { Folder = folder.Path } }, validation);
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void LoadWeights_Checkpoint_TakesWhatTheTrainingReturned(string name)
    {
        var options = kinds[name];
        if (options.FineTuning is { } tuning)
        {
            var start = folder.File("start.safetensors");
            using var other = ResidualNetwork.Seeded(99, TinyTraining.Variant, TinyTraining.Classes);
            other.Save(start);
            options = options with { FineTuning = tuning with { WeightsFile = start } };
        }
        var (trained, _, bestEpoch, _, _) = Train(options);
        using var owned = trained;
        Assert.AreNotEqual(options.Epochs, bestEpoch, "Else the best weights are the last.");
        using var network = new ResidualNetwork(TinyTraining.Variant, TinyTraining.Classes);

        var report = network.LoadWeights(CheckpointPath);

        Assert.AreEqual(Floats(trained), Floats(network));
        Assert.HasCount(network.state_dict().Count, report.Loaded);

        static string Floats(ResidualNetwork network) => string.Join('\n', network.state_dict()
            .Where(entry => entry.Value.dtype == TorchSharp.torch.ScalarType.Float32)
            .Select(entry => $"{entry.Key} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(entry.Value.contiguous().bytes))}"));
    }

    [TestMethod]
    public void Train_FromTheCheckpointOfAnother_StartsWithItsWeights()
    {
        using var trained = Train(last with { Regularization = averaged }).Network;
        var saved = folder.File("saved.safetensors");
        trained.Save(saved);

        string From(string file) => TinyTraining.TrainedWeights(TinyTraining.Options with { FineTuning = new() { WeightsFile = file } });

        Assert.AreEqual(From(saved), From(CheckpointPath));
    }

    [TestMethod]
    public void Train_FromTheCheckpointInItsOwnFolder_ReplacesIt()
    {
        Train(best).Network.Dispose();
        var copy = folder.File("copy.safetensors");
        File.Copy(CheckpointPath, copy);
        var options = TinyTraining.Options with { Optimizer = new() { LearningRate = 0.01 }, FineTuning = new() { WeightsFile = copy } };

        var again = options with { FineTuning = new() { WeightsFile = CheckpointPath }, Checkpoints = new() { Folder = folder.Path, Resume = false } };

        Assert.AreEqual(TinyTraining.TrainedWeights(options), TinyTraining.TrainedWeights(again));
    }

    [TestMethod]
    public void Open_Checkpoint_ShowsTheNetworksWeightsAlone()
    {
        Train(last with { Regularization = averaged }).Network.Dispose();
        using var network = new ResidualNetwork(TinyTraining.Variant, TinyTraining.Classes);

        using var file = WeightFile.Open(CheckpointPath);

        CollectionAssert.AreEquivalent(network.state_dict().Keys.ToList(), file.Tensors.Keys.ToList());
    }

    public void Dispose() => folder.Dispose();
}
