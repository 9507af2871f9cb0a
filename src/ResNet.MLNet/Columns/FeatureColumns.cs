using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Columns;

/// <summary>The names of the columns that a featurizer reads and adds.</summary>
internal sealed record FeatureColumns(string Image, string Output)
{
    /// <summary>What is wrong with the names, in the words of the options.</summary>
    public IEnumerable<string> Faults() => Find.Nameless(
        (nameof(ResNetFeaturizerOptions.ImageColumnName), Image), (nameof(ResNetFeaturizerOptions.OutputColumnName), Output));

    /// <summary>What will come out, before there is any data.</summary>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public SchemaShape OutputShape(SchemaShape input) => ImageColumn.Promise(
        input, Image, [MLNetInternals.NewColumn(Output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false)]);
}
