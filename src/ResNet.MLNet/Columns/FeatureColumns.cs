using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Columns;

/// <summary>The names of the columns that a featurizer reads and adds.</summary>
/// <param name="Image">Read.</param>
/// <param name="Output">Added.</param>
/// <param name="ImageError">Added, unless null.</param>
internal sealed record FeatureColumns(string Image, string Output, string? ImageError)
{
    /// <summary>What is wrong with the names, in the words of the options.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var fault in Find.Nameless(
            (nameof(ResNetFeaturizerOptions.ImageColumnName), Image), (nameof(ResNetFeaturizerOptions.OutputColumnName), Output),
            (nameof(ResNetFeaturizerOptions.ImageErrorColumnName), ImageError ?? "none")))
        {
            yield return fault;
        }
        if (ImageError == Output)
            yield return $"{nameof(ResNetFeaturizerOptions.ImageErrorColumnName)} and {nameof(ResNetFeaturizerOptions.OutputColumnName)} must differ (both were '{Output}')";
    }

    /// <summary>What will come out, before there is any data.</summary>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public SchemaShape OutputShape(SchemaShape input) => ImageColumn.Promise(
        input, Image,
        [
            MLNetInternals.NewColumn(Output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false),
            .. ImageError is null ? [] : (SchemaShape.Column[])[MLNetInternals.NewColumn(ImageError, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, isKey: false)],
        ]);
}
