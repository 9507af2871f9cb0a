using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>What a consumer asks of rows that were read ahead, apart from their images: numbers, and the columns that are passed through.</summary>
/// <remarks>Rows take one another's places, in a ring.</remarks>
internal sealed class RowBuffer : IDisposable
{
    readonly DataViewRow source;
    readonly Dictionary<int, ColumnBuffer> columns = [];
    readonly ValueGetter<DataViewRowId> getId;
    readonly int capacity;
    DataViewRowId[] ids = [];
    long[] batches = [];

    /// <param name="mapper">Tells which columns are passed through.</param>
    /// <param name="source">The rows.</param>
    /// <param name="active">The columns that are asked for.</param>
    /// <param name="capacity">Rows that are kept: the last ones.</param>
    public RowBuffer(ScoreMapper mapper, DataViewRow source, IEnumerable<DataViewSchema.Column> active, int capacity)
    {
        (this.source, this.capacity, getId) = (source, capacity, source.GetIdGetter());
        foreach (var column in active)
        {
            if (mapper.Source(column) is { } passedThrough)
                columns.TryAdd(column.Index, ColumnBuffer.Create(source, passedThrough));
        }
    }

    /// <summary>Keeps the source's current row.</summary>
    /// <param name="row">Its number, counted from 0 without a gap.</param>
    public void Keep(long row)
    {
        var place = Place(row);
        if (place >= ids.Length)
        {
            var length = (int)Math.Min(capacity, Math.Max(16, 2L * ids.Length));
            Array.Resize(ref ids, length);
            Array.Resize(ref batches, length);
            foreach (var column in columns.Values)
                column.Resize(length);
        }
        getId(ref ids[place]);
        batches[place] = source.Batch;
        foreach (var column in columns.Values)
            column.Read(place);
    }

    public DataViewRowId Id(long row) => ids[Place(row)];

    public long Batch(long row) => batches[Place(row)];

    /// <summary>A getter of a column that is passed through, for the row that <paramref name="current"/> tells.</summary>
    public Delegate Getter(DataViewSchema.Column column, Func<long> current) => columns[column.Index].Getter(() => Place(current()));

    int Place(long row) => (int)(row % capacity);

    public void Dispose()
    {
        foreach (var column in columns.Values)
            column.Dispose();
    }
}
