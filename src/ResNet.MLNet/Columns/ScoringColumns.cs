using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Columns;

/// <summary>The names of the columns that scoring reads and adds, and what they must be.</summary>
/// <param name="Image">Read.</param>
/// <param name="Score">Added.</param>
/// <param name="PredictedLabel">Added.</param>
/// <param name="ImageError">Added, unless null.</param>
internal sealed record ScoringColumns(string Image, string Score, string PredictedLabel, string? ImageError)
{
    /// <summary>What is wrong with the names, in the words of the options.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var fault in Find.Nameless(
            (nameof(ResNetScorerOptions.ImageColumnName), Image), (nameof(ResNetScorerOptions.ScoreColumnName), Score),
            (nameof(ResNetScorerOptions.PredictedLabelColumnName), PredictedLabel), (nameof(ResNetScorerOptions.ImageErrorColumnName), ImageError ?? "none")))
        {
            yield return fault;
        }
        if (Score == PredictedLabel)
            yield return $"{nameof(ResNetScorerOptions.ScoreColumnName)} and {nameof(ResNetScorerOptions.PredictedLabelColumnName)} must differ (both were '{Score}')";
        if (ImageError is not null && (ImageError == Score || ImageError == PredictedLabel))
            yield return $"{nameof(ResNetScorerOptions.ImageErrorColumnName)} must differ from the other new columns (was '{ImageError}')";
    }

    /// <summary>What will come out, before there is any data.</summary>
    /// <param name="input">What comes in.</param>
    /// <param name="labelValues">Type of the values that the predicted keys stand for; null where they stand for none.</param>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public SchemaShape OutputShape(SchemaShape input, DataViewType? labelValues) => ImageColumn.Promise(input, Image, ScoreSchema.Promise(this, labelValues));
}
