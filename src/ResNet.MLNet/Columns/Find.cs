using Microsoft.ML;

namespace ResNet.MLNet.Columns;

/// <summary>Finds columns by their names, or says which there are.</summary>
internal static class Find
{
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static DataViewSchema.Column Column(DataViewSchema schema, string name, string role) =>
        schema.GetColumnOrNull(name) ?? throw Missing(name, role, schema.Where(c => !c.IsHidden).Select(c => c.Name));

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static SchemaShape.Column Column(SchemaShape shape, string name, string role)
    {
        var found = shape.Where(column => column.Name == name).ToList();
        return found.Count > 0 ? found[0] : throw Missing(name, role, shape.Select(column => column.Name));
    }

    /// <summary>A promised column's type in words.</summary>
    public static string Describe(SchemaShape.Column column) =>
        $"{(column.Kind == SchemaShape.Column.VectorKind.Scalar ? "" : "Vector of ")}{(column.IsKey ? "Key of " : "")}{column.ItemType}";

    /// <summary>The options that name no column, in words.</summary>
    public static IEnumerable<string> Nameless(params IEnumerable<(string Option, string Name)> names) =>
        names.Where(one => string.IsNullOrWhiteSpace(one.Name)).Select(one => $"{one.Option} must name a column (was empty)");

    static ArgumentException Missing(string name, string role, IEnumerable<string> columns) =>
        new($"There is no {role} column '{name}'. The data has: {string.Join(", ", columns)}.");
}
