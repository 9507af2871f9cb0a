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

    /// <summary>What it was at the last epoch that was better by enough.</summary>
    public double? Improved { get; private set; }

    /// <summary>Measurements since that epoch.</summary>
    public int Waited { get; private set; }

    public bool HasStopped => Waited >= options.Patience;

    /// <summary>Takes in what an epoch came to; the network has the weights that were measured.</summary>
    public void Take(int epoch, EvaluationResult measured)
    {
        var value = options.Metric == ValidationMetric.Accuracy ? measured.Accuracy : measured.Loss;
        var hasImproved = Gain(value, Improved) > options.MinimumImprovement;
        (Improved, Waited) = hasImproved ? (value, 0) : (Improved, Waited + 1);
        if (!(Gain(value, Value) > 0))
            return;
        (Epoch, Value) = (epoch, value);
        if (!options.KeepBest)
            return;
        Kept?.Dispose();
        Kept = weights.Snapshot();
    }

    /// <summary>By how much a value is better than an earlier one; what is no number is better than none.</summary>
    double Gain(double value, double? earlier) =>
        double.IsNaN(value) ? double.NegativeInfinity
        : earlier is not { } best ? double.PositiveInfinity
        : options.Metric == ValidationMetric.Accuracy ? value - best : best - value;

    /// <summary>Goes on from a checkpoint; the weights are to be written into <see cref="Kept"/>.</summary>
    public void Resume(CheckpointState state)
    {
        (Epoch, Value, Improved, Waited) = (state.BestEpoch, state.BestValue, state.ImprovedValue, state.Waited);
        if (options.KeepBest && Epoch is not null)
            Kept = weights.Snapshot();
    }

    public void Dispose() => Kept?.Dispose();
}
