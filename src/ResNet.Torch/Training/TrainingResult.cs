namespace ResNet.Torch;

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>Validation no longer improved (<see cref="ValidationOptions.Patience"/>).</summary>
    StoppedEarly,

    /// <summary>It was cancelled, and asked to return what there was (<see cref="CancellationPolicy.ReturnBest"/>).</summary>
    Cancelled,
}

/// <summary>A trained network and how it came to be.</summary>
/// <param name="Network">In eval mode, float32, nothing frozen. The caller disposes it.</param>
/// <param name="History">What each epoch came to, those before a resumed checkpoint included.</param>
/// <param name="BestEpoch">The epoch whose weights the network has, counted from 1, when the best was kept; null when it has the last weights.</param>
/// <param name="End">Why training ended.</param>
/// <param name="Seed">The seed: the one that was asked for, drawn, or found in the checkpoint.</param>
public sealed record TrainingResult(ResidualNetwork Network, IReadOnlyList<EpochMetrics> History, int? BestEpoch, TrainingEnd End, int Seed);
