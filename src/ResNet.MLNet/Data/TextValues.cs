using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Columns;

namespace ResNet.MLNet.Data;

/// <summary>The values of a column of text, keys, numbers or truth values, as text.</summary>
internal static class TextValues
{
    /// <summary>Finds a column that can be read so.</summary>
    /// <exception cref="ArgumentException">It is missing, or holds something else.</exception>
    public static DataViewSchema.Column Column(DataViewSchema schema, string name, string role)
    {
        var column = Find.Column(schema, name, role);
        return column.Type is TextDataViewType or KeyDataViewType or NumberDataViewType or BooleanDataViewType
            ? column
            : throw new ArgumentException($"The {role} column '{name}' must hold text, keys or numbers (received {column.Type}).", nameof(schema));
    }

    /// <returns>Gives the value of the row that the cursor is at; null where it is missing.</returns>
    public static Func<string?> Reader(DataViewRow row, DataViewSchema.Column column) =>
        (Func<string?>)typeof(TextValues).GetMethod(column.Type is KeyDataViewType ? nameof(Keys) : nameof(Values), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    /// <summary>What the keys of a column stand for; null where they stand for numbers alone, of which there may be billions (hashes).</summary>
    public static IReadOnlyList<string>? Names(DataViewSchema.Column keys) =>
        keys.Annotations.Schema.GetColumnOrNull(AnnotationNames.KeyValues) is null ? null : ClassLabels.Of(keys).Names;

    static Func<string?> Values<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            get(ref value);
            return value is float.NaN or double.NaN || Convert.ToString(value, CultureInfo.InvariantCulture) is not { Length: > 0 } text ? null : text;
        };
    }

    static Func<string?> Keys<T>(DataViewRow row, DataViewSchema.Column column) where T : IConvertible
    {
        var get = row.GetGetter<T>(column);
        var names = Names(column);
        T value = default!;
        return () =>
        {
            get(ref value);
            var key = value.ToUInt64(CultureInfo.InvariantCulture); // counts from 1; 0 is none
            return key == 0 ? null : names is null ? (key - 1).ToString(CultureInfo.InvariantCulture) : names[checked((int)(key - 1))];
        };
    }
}
