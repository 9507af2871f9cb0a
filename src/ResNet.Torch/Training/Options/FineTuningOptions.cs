using ResNet.Torch.Inference;

namespace ResNet.Torch;

/// <summary>Training that starts from weights, and perhaps leaves part of them as they are.</summary>
public sealed record FineTuningOptions
{
    /// <summary>
    /// Weight file to start from: PyTorch's, safetensors, what <see cref="ImageClassifier.Save"/> wrote, or a training's checkpoint
    /// (<see cref="CheckpointOptions"/>), of the same network. Default null.
    /// </summary>
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

    /// <summary>The preset that the weights were trained with, whose mean and deviation the images should have: that of <see cref="From"/>, or of the classifier in <see cref="WeightsFile"/>.</summary>
    /// <returns>Null where there are weights alone.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="WeightFormatException">The file is no weight file, or is damaged.</exception>
    public ImagePreset? ReadPreset()
    {
        if (WeightsFile is null)
            return From?.Preset;
        using var file = WeightFile.Open(WeightsFile);
        return ClassifierFile.PresetOf(file);
    }

    /// <summary>The stem that the weights are of; null where the file does not tell, or is gone since a checkpoint took its place.</summary>
    internal Stem? ReadStem()
    {
        if (WeightsFile is null || !File.Exists(WeightsFile))
            return From?.Network.Stem;
        using var file = WeightFile.Open(WeightsFile);
        return NetworkWeights.StemOf(file);
    }

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
