using Microsoft.ML;

namespace ResNet.MLNet.Scoring;

/// <summary>A data view with the new columns, computed while it is read.</summary>
internal sealed class ScoredDataView(ScoreMapper mapper, IDataView source) : IDataView
{
    public DataViewSchema Schema => mapper.OutputSchema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        var cursor = source.GetRowCursor(mapper.GetDependencies(active), rand);
        return active.All(column => mapper.Source(column) is not null)
            ? new PassThroughCursor(mapper, cursor, active)
            : new BatchCursor(mapper, new RowFeed(mapper, cursor, active, source.GetRowCount()), active);
    }

    /// <summary>One cursor: it decodes and scores on every core by itself.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
