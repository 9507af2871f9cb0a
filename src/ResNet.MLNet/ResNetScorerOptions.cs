using ResNet.MLNet.Columns;

namespace ResNet.MLNet;

/// <summary>Columns and scoring of a <see cref="ResNetScorerEstimator"/>.</summary>
public sealed record ResNetScorerOptions
{
    /// <summary>Column of images of the network's size. Default "Image".</summary>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>Name of the new column of probabilities. Default "Score".</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>Name of the new column of predicted labels. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>Rows read ahead and scored in one forward pass, at least 1. Default 32.</summary>
    public int ScoringBatchSize { get; init; } = 32;

    /// <summary>What to do with a row whose image is missing or cannot be decoded. Default <see cref="BadImagePolicy.Throw"/>.</summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Throw;

    internal ScoringColumns Columns => new(ImageColumnName, ScoreColumnName, PredictedLabelColumnName);

    /// <summary>Tells all faults at once.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names each one.</exception>
    public void RequireValid()
    {
        var faults = string.Join("; ", Faults());
        if (faults.Length > 0)
            throw new ArgumentException($"{nameof(ResNetScorerOptions)}: {faults}.");
    }

    IEnumerable<string> Faults()
    {
        foreach (var fault in Columns.Faults())
            yield return fault;
        if (ScoringBatchSize < 1)
            yield return $"{nameof(ScoringBatchSize)} must be at least 1 (was {ScoringBatchSize})";
    }
}
