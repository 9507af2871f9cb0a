using ResNet.MLNet.Columns;

namespace ResNet.MLNet;

/// <summary>Columns and scoring of a <see cref="ResNetScorerEstimator"/>.</summary>
public sealed record ResNetScorerOptions : ImageScoringOptions
{
    /// <summary>Name of the new column of probabilities. Default "Score".</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>Name of the new column of predicted labels. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    internal ScoringColumns Columns => new(ImageColumnName, ScoreColumnName, PredictedLabelColumnName, ImageErrorColumnName);

    private protected override IEnumerable<string> OwnFaults() => Columns.Faults();
}
