using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>The rows of a feed, each with the columns that are passed through and those that are made of its image's scores.</summary>
/// <param name="mapper">What is made of the rows.</param>
/// <param name="feed">The rows; disposed with this.</param>
/// <param name="activeColumns">What the consumer asks for.</param>
internal sealed class BatchCursor(ScoreMapper mapper, RowFeed feed, IEnumerable<DataViewSchema.Column> activeColumns) : DataViewRowCursor
{
    readonly HashSet<int> active = [.. activeColumns.Select(column => column.Index)];
    RowBatch? current;
    long position = -1;

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => position;

    public override long Batch => position < 0 ? 0 : feed.Rows.Batch(position);

    public override bool MoveNext()
    {
        if ((current is null || position == current.Last) && !TakeBatch())
        {
            position = -1;
            return false;
        }
        position++;
        return true;
    }

    bool TakeBatch()
    {
        current?.Dispose();
        current = null; // the feed may throw
        current = feed.Take();
        return current is not null;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = feed.Rows.Id(RequireRow());

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        var getter = mapper.Source(column) is null ? NewColumns.Getter(mapper.New(column)) : feed.Rows.Getter(column, RequireRow);
        return Getters.Typed<TValue>(getter, column);
    }

    ScoreGetters NewColumns => field ??= new(mapper.Scorer, () => current is null ? throw NoRow() : current.Image(position));

    long RequireRow() => current is null ? throw NoRow() : position;

    static InvalidOperationException NoRow() => new("The cursor stands on no row: call MoveNext first, and stop when it returns false.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current?.Dispose();
            (current, position) = (null, -1);
            feed.Dispose();
        }
        base.Dispose(disposing);
    }
}
