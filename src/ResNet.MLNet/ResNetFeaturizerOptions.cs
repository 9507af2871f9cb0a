using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Columns and features of a <see cref="ResNetFeaturizerEstimator"/>.</summary>
public sealed record ResNetFeaturizerOptions : ImageScoringOptions
{
    /// <summary>Name of the new column of features. Default "Features", which ML.NET's trainers read.</summary>
    public string OutputColumnName { get; init; } = "Features";

    /// <summary>
    /// The stage whose features are wanted, 1 the first; it has <see cref="ResNetVariant.StageChannels"/> of them. Later stages are not computed. Default
    /// null: the last, whose features are what the classifier's layer looks at, behind the last norm of a pre-activated network.
    /// </summary>
    public int? Stage { get; init; }

    internal FeatureColumns Columns => new(ImageColumnName, OutputColumnName, ImageErrorColumnName);

    /// <summary>The stage, of those that a network has.</summary>
    /// <exception cref="ArgumentException">The network has no such stage.</exception>
    internal int StageOf(ResNetVariant variant) => (Stage ?? variant.Depths.Stages) is var stage && stage <= variant.Depths.Stages
        ? stage
        : throw new ArgumentException($"{nameof(ResNetFeaturizerOptions)}: {nameof(Stage)} must be 1 to {variant.Depths.Stages}, the stages of {variant}, or null (was {Stage}).");

    private protected override IEnumerable<string> OwnFaults()
    {
        foreach (var fault in Columns.Faults())
            yield return fault;
        if (Stage < 1)
            yield return $"{nameof(Stage)} must be at least 1, or null (was {Stage})";
    }
}
