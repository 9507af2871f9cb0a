using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Data;

/// <summary>The rows of a view whose ids are in a set, or those whose ids are not. An id is a row's own in any order that the rows come in.</summary>
internal sealed class SelectedRows(IDataView source, IReadOnlySet<DataViewRowId> ids, bool areIn, long count) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(source.GetRowCursor(columnsNeeded, rand), ids, areIn);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        Array.ConvertAll(source.GetRowCursorSet(columnsNeeded, n, rand), cursor => new Cursor(cursor, ids, areIn));

    sealed class Cursor(DataViewRowCursor source, IReadOnlySet<DataViewRowId> ids, bool areIn) : DataViewRowCursor
    {
        readonly ValueGetter<DataViewRowId> getId = source.GetIdGetter();
        long position = -1;

        public override DataViewSchema Schema => source.Schema;

        public override long Position => position;

        public override long Batch => source.Batch;

        public override bool MoveNext()
        {
            DataViewRowId id = default;
            while (source.MoveNext())
            {
                getId(ref id);
                if (ids.Contains(id) != areIn)
                    continue;
                position++;
                return true;
            }
            position = -1;
            return false;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
