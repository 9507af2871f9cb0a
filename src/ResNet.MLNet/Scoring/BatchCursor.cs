using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>Reads a batch of rows ahead, keeps what the consumer asked for, and scores the batch in one forward pass.</summary>
internal sealed class BatchCursor : DataViewRowCursor
{
    readonly ScoreMapper mapper;
    readonly DataViewRowCursor source;
    readonly BatchScorer scorer;
    readonly Dictionary<int, ColumnBuffer> buffers;
    readonly HashSet<int> active;
    readonly ValueGetter<DataViewRowId> getId;
    readonly DataViewRowId[] ids;
    readonly long[] batches;
    int count, current;
    bool atEnd;
    long position = -1;

    public BatchCursor(ScoreMapper mapper, DataViewRowCursor source, DataViewSchema.Column[] activeColumns)
    {
        (this.mapper, this.source) = (mapper, source);
        var capacity = mapper.Scorer.BatchSize;
        scorer = new BatchScorer(mapper.Scorer, source, capacity);
        active = [.. activeColumns.Select(column => column.Index)];
        buffers = [];
        foreach (var column in activeColumns)
        {
            if (mapper.Source(column) is { } passedThrough)
                buffers[column.Index] = ColumnBuffer.Create(source, passedThrough, capacity);
        }
        getId = source.GetIdGetter();
        ids = new DataViewRowId[capacity];
        batches = new long[capacity];
    }

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => position;

    public override long Batch => count == 0 ? 0 : batches[current];

    public override bool MoveNext()
    {
        if (++current >= count && !ReadAhead())
        {
            position = -1;
            return false;
        }
        position++;
        return true;
    }

    bool ReadAhead()
    {
        scorer.Clear();
        for (count = 0, current = 0; count < ids.Length && !atEnd; count++)
        {
            if (!source.MoveNext())
            {
                atEnd = true;
                break;
            }
            getId(ref ids[count]);
            batches[count] = source.Batch;
            foreach (var buffer in buffers.Values)
                buffer.Read(count);
            scorer.Add();
        }
        return count > 0;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = ids[RequireRow()];

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        var getter = buffers.TryGetValue(column.Index, out var buffer) ? buffer.Getter(RequireRow) : scorer.Getter(mapper.New(column), RequireRow);
        return Getters.Typed<TValue>(getter, column);
    }

    int RequireRow() => position >= 0
        ? current
        : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var buffer in buffers.Values)
                buffer.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
