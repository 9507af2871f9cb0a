using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>Hands the input's rows on as they come, for a consumer that asks for none of the new columns: no image is read.</summary>
internal sealed class PassThroughCursor(ScoreMapper mapper, DataViewRowCursor source, IEnumerable<DataViewSchema.Column> activeColumns) : DataViewRowCursor
{
    readonly HashSet<int> active = [.. activeColumns.Select(column => column.Index)];

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override bool MoveNext() => source.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => IsColumnActive(column)
        ? source.GetGetter<TValue>(mapper.Source(column)!.Value)
        : throw Getters.Inactive(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
