using ResNet.Torch.Training;

namespace ResNet.Torch;

/// <summary>Where the state of training is written, so that a run that was killed goes on as if it had not been.</summary>
/// <remarks>
/// The checkpoint is a weight file too: <see cref="NetworkWeights.LoadWeights(ResidualNetwork, string, WeightLoadOptions?)"/> and
/// <see cref="FineTuningOptions.WeightsFile"/> take from it the weights that the training would have returned had it ended there.
/// </remarks>
public sealed record CheckpointOptions
{
    /// <summary>The file's name in its folder.</summary>
    public const string FileName = "checkpoint.safetensors";

    /// <summary>The folder, which is made. It holds one checkpoint, <see cref="FileName"/>, replaced as a whole by the next.</summary>
    public required string Folder { get; init; }

    /// <summary>Epochs from one checkpoint to the next, at least 1; the last epoch has one always. Default 1.</summary>
    public int EveryEpochs { get; init; } = 1;

    /// <summary>Whether a checkpoint that is there is gone on from. False replaces it. Default true.</summary>
    public bool Resume { get; init; } = true;

    /// <summary>The seed of the training whose checkpoint is in the folder; null when there is none.</summary>
    /// <exception cref="CheckpointException">The checkpoint is damaged.</exception>
    public int? SavedSeed => File.Exists(Path) ? TrainingCheckpoint.ReadState(Path).Seed : null;

    internal string Path => System.IO.Path.Combine(Folder, FileName);

    internal IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            yield return $"{nameof(Folder)} must name a folder (was empty)";
        if (EveryEpochs < 1)
            yield return $"{nameof(EveryEpochs)} must be at least 1 (was {EveryEpochs})";
    }
}
