using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Columns;
using ResNet.MLNet.Rows;

namespace ResNet.MLNet.Scoring;

/// <summary>A transformer bound to an input schema: which columns it reads, and where the new ones stand.</summary>
internal sealed class ScoreMapper : IRowToRowMapper
{
    readonly IReadOnlyList<NewColumn> added;
    readonly DataViewSchema.Column?[] sources;

    public ScoreMapper(IImageScorer scorer, DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageColumn.RequireImagesOf(scorer.Classifier.Preset, input, scorer.Options.ImageColumnName);
        (Scorer, InputSchema, added) = (scorer, input, scorer.NewColumns(input));
        (OutputSchema, sources) = Columns.OutputSchema.Build(input, [.. added.Select(column => column.Column)]);
    }

    public IImageScorer Scorer { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The column of the input that one of the output is; null for the new ones.</summary>
    public DataViewSchema.Column? Source(DataViewSchema.Column column) => sources[column.Index];

    /// <summary>How one of the new columns is made.</summary>
    public NewColumn New(DataViewSchema.Column column) => added.First(one => one.Column.Name == column.Name);

    /// <summary>Whether the network is to run: one of the columns is made of its figures.</summary>
    public bool AsksForFigures(IEnumerable<DataViewSchema.Column> active) => active.Any(column => Source(column) is null && New(column).Getter is not null);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new HashSet<int>();
        foreach (var column in dependingColumns)
        {
            if (Source(column) is { } source)
                needed.Add(source.Index);
            else
                needed.UnionWith(RowImages.Needed(InputSchema, Scorer.Options.ImageColumnName).Select(c => c.Index));
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
