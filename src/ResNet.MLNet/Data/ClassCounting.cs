using Microsoft.ML;
using Microsoft.ML.Data;

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
        // Keys that stand for numbers alone are in their order by length first.
        IEnumerable<string> names = label.Type is not KeyDataViewType ? counts.Keys.Order(StringComparer.Ordinal)
            : TextValues.Names(label) ?? (IEnumerable<string>)counts.Keys.OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal);
        return new([.. names.Select(name => new ClassCount(name, counts.GetValueOrDefault(name)))], unlabelled);
    }
}
