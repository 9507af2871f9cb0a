namespace ResNet.Torch;

/// <summary>Training that starts from weights, and perhaps leaves part of them as they are.</summary>
public sealed record FineTuningOptions
{
    /// <summary>Weight file to start from: PyTorch's, safetensors or a training's checkpoint (<see cref="CheckpointOptions"/>), of the same network. Default null.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>Classifier to start from, of the same network; it is read when training starts, and stays the caller's. Default null.</summary>
    public ImageClassifier? From { get; init; }

    /// <summary>Whether the classifier's layer starts afresh even where the weights have one for as many classes. Default false.</summary>
    public bool NewHead { get; init; }

    /// <summary>First stages that stay as they are with the stem: 0 is the stem alone, null nothing (<see cref="ResidualNetwork.Freeze"/>). Default null.</summary>
    public int? FrozenStages { get; init; }

    /// <summary>Whether norms keep the averages they have, wherever they are (<see cref="ResidualNetwork.FreezeNorms"/>). Default false.</summary>
    public bool FreezeNorms { get; init; }

    /// <summary>Whether only the last layer learns, on features that are computed once: a linear probe. Default false.</summary>
    public bool HeadOnly { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (WeightsFile is not null && From is not null)
            yield return $"{nameof(WeightsFile)} and {nameof(From)} exclude one another (both were set)";
        if (WeightsFile is not null && string.IsNullOrWhiteSpace(WeightsFile))
            yield return $"{nameof(WeightsFile)} must name a file, or be null (was empty)";
        if (FrozenStages < 0)
            yield return $"{nameof(FrozenStages)} must be at least 0, or null (was {FrozenStages})";
        if (HeadOnly && FrozenStages is not null)
            yield return $"{nameof(HeadOnly)} freezes every stage, so {nameof(FrozenStages)} must be null (was {FrozenStages})";
        if (WeightsFile is null && From is null)
            yield return $"{nameof(WeightsFile)} or {nameof(From)} must say which weights to start from (both were null)";
    }
}
