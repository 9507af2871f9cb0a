using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Columns;

namespace ResNet.MLNet.Data;

/// <summary>Counts the rows of each class.</summary>
internal static class ClassCounting
{
    public static ClassCounts Count(IDataView data, string labelColumn)
    {
        var label = TextValues.Column(data.Schema, labelColumn, "label");
        var counts = new Dictionary<string, long>();
        long unlabelled = 0;
        using var cursor = data.GetRowCursor([label]);
        var read = TextValues.Reader(cursor, label);
        while (cursor.MoveNext())
        {
            if (read() is { } name)
                counts[name] = counts.GetValueOrDefault(name) + 1;
            else
                unlabelled++;
        }
        IEnumerable<string> names = label.Type is KeyDataViewType ? ClassLabels.Of(label).Names : counts.Keys.Order(StringComparer.Ordinal);
        return new([.. names.Select(name => new ClassCount(name, counts.GetValueOrDefault(name)))], unlabelled);
    }
}
