using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Columns;
using ResNet.MLNet.Rows;

namespace ResNet.MLNet.Scoring;

/// <summary>A transformer bound to an input schema: which columns it reads, and where the two new ones stand.</summary>
internal sealed class ScoreMapper : IRowToRowMapper
{
    readonly DataViewSchema.Column?[] sources;

    public ScoreMapper(ResNetClassifierTransformer transformer, DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Transformer, InputSchema) = (transformer, input);
        transformer.Columns.RequireImagesOf(transformer.Classifier.Preset, input);
        (OutputSchema, sources) = ScoreSchema.Build(input, transformer.Columns, transformer.Classes);
        (PredictedLabel, Score) = (OutputSchema[transformer.Columns.PredictedLabel], OutputSchema[transformer.Columns.Score]);
    }

    public ResNetClassifierTransformer Transformer { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public DataViewSchema.Column PredictedLabel { get; }

    public DataViewSchema.Column Score { get; }

    /// <summary>The column of the input that one of the output is; null for the two new ones.</summary>
    public DataViewSchema.Column? Source(DataViewSchema.Column column) => sources[column.Index];

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new HashSet<int>();
        foreach (var column in dependingColumns)
        {
            if (Source(column) is { } source)
                needed.Add(source.Index);
            else
                needed.UnionWith(RowImageReader.Needed(InputSchema, Transformer.Columns.Image).Select(c => c.Index));
        }
        return InputSchema.Where(column => needed.Contains(column.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row's schema is not the one that this mapper was made for.", nameof(input));
        return new ScoredRow(this, input, activeColumns);
    }
}
