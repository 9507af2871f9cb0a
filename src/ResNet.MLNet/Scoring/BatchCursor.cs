using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>The rows of a feed, each with the columns that are passed through and those that are made of its image's scores.</summary>
/// <param name="mapper">What is made of the rows.</param>
/// <param name="feed">The rows; disposed with this.</param>
/// <param name="activeColumns">What the consumer asks for.</param>
internal sealed class BatchCursor(ScoreMapper mapper, IRowFeed feed, IEnumerable<DataViewSchema.Column> activeColumns) : DataViewRowCursor
{
    readonly HashSet<int> active = [.. activeColumns.Select(column => column.Index)];
    RowBatch? current;
    int index; // in the batch
    long position = -1;

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => current is null ? -1 : position;

    public override long Batch => current is null ? 0 : current.Rows.Batch(current.First + index);

    public override bool MoveNext()
    {
        if (current is null || ++index == current.Count)
            TakeBatch();
        position++;
        return current is not null;
    }

    void TakeBatch()
    {
        current?.Dispose();
        (current, index) = (null, 0); // the feed may throw
        current = feed.Take();
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = RequireBatch().Rows.Id(current!.First + index);

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        return mapper.Source(column) is null ? Getters.Typed<TValue>(NewColumns.Getter(mapper.New(column)), column) : PassedThrough<TValue>(column);
    }

    /// <summary>The value that the row's own reader has kept.</summary>
    ValueGetter<TValue> PassedThrough<TValue>(DataViewSchema.Column column)
    {
        var getters = feed.Readers.ToDictionary(reader => reader.Rows, reader => Getters.Typed<TValue>(reader.Rows.Getter(column, () => RequireBatch().First + index), column));
        return feed.Readers is [var only] ? getters[only.Rows] : (ref TValue value) => getters[RequireBatch().Rows](ref value);
    }

    ScoreGetters NewColumns => field ??= new(mapper.Scorer, () => RequireBatch().Image(index, position));

    RowBatch RequireBatch() => current
        ?? throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current?.Dispose();
            current = null;
            feed.Dispose();
        }
        base.Dispose(disposing);
    }
}
