using Microsoft.ML;

namespace ResNet.MLNet.Columns;

/// <summary>The columns that come out where some are added to those that come in.</summary>
internal static class OutputSchema
{
    /// <summary>
    /// The input's columns, then the added ones in their order; one whose name there is already comes right after that column and hides it, as with
    /// ML.NET's own transformers.
    /// </summary>
    /// <returns>The schema, and for each of its columns the input's that it is; null for the added ones.</returns>
    public static (DataViewSchema Schema, DataViewSchema.Column?[] Sources) Build(DataViewSchema input, IReadOnlyList<DataViewSchema.DetachedColumn> added)
    {
        var schema = new DataViewSchema.Builder();
        var sources = new List<DataViewSchema.Column?>();
        foreach (var column in input)
        {
            Add(new(column), column);
            foreach (var hiding in added.Where(hiding => hiding.Name == column.Name && !column.IsHidden))
                Add(hiding, null);
        }
        foreach (var further in added.Where(further => input.GetColumnOrNull(further.Name) is null))
            Add(further, null);
        return (schema.ToSchema(), [.. sources]);

        void Add(DataViewSchema.DetachedColumn column, DataViewSchema.Column? source)
        {
            schema.AddColumn(column.Name, column.Type, column.Annotations);
            sources.Add(source);
        }
    }
}
