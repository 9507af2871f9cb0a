using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <content>What a run writes to go on from, and how it goes on.</content>
internal sealed partial class TrainingRun
{
    /// <summary>What cannot be written is known before hours are spent.</summary>
    void RequireWritable(CheckpointOptions checkpoints)
    {
        try
        {
            Directory.CreateDirectory(checkpoints.Folder);
            AtomicFile.RemoveLeftovers(checkpoints.Path);
            if (savedEpoch is null)
                Write(checkpoints);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"No checkpoint can be written to {Path.GetFullPath(checkpoints.Folder)}: {e.Message} Name another folder in {nameof(CheckpointOptions)}.{nameof(CheckpointOptions.Folder)}, or make room.", e);
        }
    }

    /// <summary>A full disk loses no training: the checkpoint before stays, and the next epoch tries again.</summary>
    void WriteOrWarn(CheckpointOptions checkpoints, EpochMetrics epoch, double loss)
    {
        try
        {
            Write(checkpoints);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            progress?.Report(new(epoch.Epoch, epoch.Epochs, stepsPerEpoch, stepsPerEpoch, loss, epoch.LearningRate, Warning:
                $"The checkpoint of epoch {epoch.Epoch} could not be written to {checkpoints.Path}: {e.Message} One that was written before stays as it is, and training goes on."));
        }
    }

    void Write(CheckpointOptions checkpoints)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        TrainingCheckpoint.Write(checkpoints.Path, new()
        {
            Identity = Identity(),
            Seed = seed,
            Epoch = epochsDone,
            OptimizerSteps = optimizer.Steps,
            AverageUpdates = average?.Updates ?? 0,
            BestEpoch = best.Epoch,
            BestValue = best.Value,
            ImprovedValue = best.Improved,
            Waited = best.Waited,
            History = history,
        }, Tensors().ToDictionary(tensor => tensor.Key, tensor => tensor.Value.cpu()));
        savedEpoch = epochsDone;
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="CheckpointException">It is damaged, or of another training.</exception>
    public void Resume(CheckpointOptions checkpoints)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (state, tensors) = TrainingCheckpoint.Read(checkpoints.Path);
        RequireSame(state);
        best.Resume(state);
        foreach (var (name, target) in Tensors())
        {
            if (!tensors.TryGetValue(name, out var values) || !values.shape.SequenceEqual(target.shape))
                throw new CheckpointException($"The checkpoint {checkpoints.Path} lacks {name} of [{string.Join(", ", target.shape)}]: it is of another version or network. Set {nameof(CheckpointOptions.Resume)} to false to start anew.");
            target.copy_(values);
        }
        weights.PublishAll();
        optimizer.Steps = state.OptimizerSteps;
        if (average is not null)
            average.Updates = state.AverageUpdates;
        history.AddRange(state.History);
        savedEpoch = epochsDone = state.Epoch;

        void RequireSame(CheckpointState state)
        {
            var differences = string.Join("; ", TrainingIdentity.Differences(state.Identity, Identity())
                .Concat(state.Seed == seed ? [] : [$"{nameof(TrainingOptions.Seed)} was {state.Seed} and is {seed}"]));
            if (differences.Length > 0)
                throw new CheckpointException($"The checkpoint {checkpoints.Path} is of another training: {differences}. Train as it says to go on from it; else name another folder, or set {nameof(CheckpointOptions.Resume)} to false to replace it.");
        }
    }

    Dictionary<string, string> Identity() => TrainingIdentity.Of(network, images, validation, options, isHalf);

    /// <summary>All that a checkpoint holds, by name: views in the current scope.</summary>
    Dictionary<string, Tensor> Tensors()
    {
        var tensors = weights.State();
        foreach (var (name, vector) in optimizer.State)
            Add($"{CheckpointLayout.Optimizer}{name}.", weights.ByName(vector));
        if (average is not null)
            Add(CheckpointLayout.Average, weights.ByName(average.Value));
        if (best.Kept is { } kept)
            Add(CheckpointLayout.Best, weights.ByName(kept));
        return tensors;

        void Add(string prefix, IEnumerable<(string Name, Tensor View)> parts)
        {
            foreach (var (name, view) in parts)
                tensors[prefix + name] = view;
        }
    }
}
