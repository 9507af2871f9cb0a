using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>One row, scored by itself: what a prediction engine reads.</summary>
internal sealed class ScoredRow : DataViewRow
{
    readonly ScoreMapper mapper;
    readonly DataViewRow input;
    readonly HashSet<int> active;
    readonly BatchScorer? scorer;
    long scoredPosition = -1;

    public ScoredRow(ScoreMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        (this.mapper, this.input) = (mapper, input);
        DataViewSchema.Column[] columns = [.. activeColumns];
        active = [.. columns.Select(column => column.Index)];
        if (columns.Any(column => mapper.Source(column) is null))
            scorer = new BatchScorer(mapper.Scorer, input, capacity: 1);
    }

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        return mapper.Source(column) is { } source
            ? input.GetGetter<TValue>(source)
            : Getters.Typed<TValue>(scorer!.Getter(mapper.New(column), Current), column);
    }

    /// <summary>Reads the image once for each row, however many getters ask.</summary>
    int Current()
    {
        if (scoredPosition != input.Position)
        {
            scorer!.Clear();
            scorer.Add();
            scoredPosition = input.Position;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
