namespace ResNet.Torch.Training;

/// <summary>Remembers the best measured epoch, its weights if they are wanted, and when to stop for want of a better one.</summary>
internal sealed class BestEpoch(ValidationOptions options, WeightVector weights) : IDisposable
{
    /// <summary>The weights of that epoch; null when there is none, or they are not kept.</summary>
    public WeightSnapshot? Kept { get; private set; }

    /// <summary>The best epoch so far, counted from 1.</summary>
    public int? Epoch { get; private set; }

    /// <summary>Its accuracy or loss.</summary>
    public double? Value { get; private set; }

    /// <summary>Measurements since the last improvement.</summary>
    public int Waited { get; private set; }

    public bool HasStopped => Waited >= options.Patience;

    /// <summary>Takes in what an epoch came to; the network has the weights that were measured.</summary>
    public void Take(int epoch, EvaluationResult measured)
    {
        var value = options.Metric == ValidationMetric.Accuracy ? measured.Accuracy : measured.Loss;
        // By how much it is better than the best.
        var gain = Value is not { } best ? double.PositiveInfinity : options.Metric == ValidationMetric.Accuracy ? value - best : best - value;
        Waited = gain > options.MinimumImprovement ? 0 : Waited + 1;
        if (!(gain > 0))
            return;
        (Epoch, Value) = (epoch, value);
        if (!options.KeepBest)
            return;
        Kept?.Dispose();
        Kept = weights.Snapshot();
    }

    /// <summary>Goes on from a checkpoint; the weights are to be written into <see cref="Kept"/>.</summary>
    public void Resume(CheckpointState state)
    {
        (Epoch, Value, Waited) = (state.BestEpoch, state.BestValue, state.Waited);
        if (options.KeepBest && Epoch is not null)
            Kept = weights.Snapshot();
    }

    public void Dispose() => Kept?.Dispose();
}
