using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Tests;

/// <summary>Columns in words, to compare them.</summary>
static class ColumnText
{
    /// <summary>A column's annotations, with all their values, as text.</summary>
    public static string Describe(DataViewSchema.Column column)
    {
        return $"{column.Name} {column.Type}: " + string.Join("; ", column.Annotations.Schema.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{a.Name} {a.Type} = {Value(a)}"));

        string Value(DataViewSchema.Column annotation)
        {
            if (annotation.Type is VectorDataViewType)
                return string.Join("|", Names(column, annotation.Name));
            if (annotation.Type is KeyDataViewType)
            {
                uint key = 0;
                column.Annotations.GetValue(annotation.Name, ref key);
                return $"{key}";
            }
            ReadOnlyMemory<char> text = default;
            column.Annotations.GetValue(annotation.Name, ref text);
            return text.ToString();
        }
    }

    public static string[] Names(DataViewSchema.Column column, string annotation)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        column.Annotations.GetValue(annotation, ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }
}
