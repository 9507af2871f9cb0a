using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ResNet.MLNet.Columns;

/// <summary>The names of a classifier's columns, and what each must be.</summary>
internal sealed record ClassifierColumns(string Label, string Image, string Score, string PredictedLabel)
{
    /// <summary>Requires a schema that can be trained on.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the label has fewer than two classes.</exception>
    public void RequireTrainable(DataViewSchema schema)
    {
        _ = RequireImage(schema);
        var label = Require(schema, Label, "label");
        if (label.Type is not KeyDataViewType key)
            throw new ArgumentException($"The label column '{Label}' must be a key (received {label.Type}). Put Conversion.MapValueToKey(\"{Label}\") before the classifier.", nameof(schema));
        if (key.Count < 2)
            throw new ArgumentException($"The label column '{Label}' has {key.Count} class; a classifier needs at least 2.", nameof(schema));
        if (key.Count > int.MaxValue)
            throw new ArgumentException($"The label column '{Label}' has {key.Count} classes; at most {int.MaxValue} are possible.", nameof(schema));
    }

    /// <summary>Requires the image column, and returns it.</summary>
    /// <exception cref="ArgumentException">It is missing or holds no images.</exception>
    public DataViewSchema.Column RequireImage(DataViewSchema schema)
    {
        var image = Require(schema, Image, "image");
        return image.Type is ImageDataViewType
            ? image
            : throw new ArgumentException($"The image column '{Image}' must hold images (received {image.Type}). Put LoadImages and ResizeImages before the classifier.", nameof(schema));
    }

    /// <summary>The promise of <see cref="ScoreSchema"/>, made before there is any data.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape OutputShape(SchemaShape input)
    {
        var image = Require(input, Image, "image");
        if (image.ItemType is not ImageDataViewType || image.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw new ArgumentException($"The image column '{Image}' must hold images (received {Describe(image)}). Put LoadImages and ResizeImages before the classifier.", nameof(input));
        var label = Require(input, Label, "label");
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw new ArgumentException($"The label column '{Label}' must be a key (received {Describe(label)}). Put Conversion.MapValueToKey(\"{Label}\") before the classifier.", nameof(input));

        var output = input.ToDictionary(column => column.Name);
        foreach (var column in ScoreSchema.Promise(this, label))
            output[column.Name] = column;
        return new SchemaShape(output.Values);
    }

    static DataViewSchema.Column Require(DataViewSchema schema, string name, string role) =>
        schema.GetColumnOrNull(name) ?? throw Missing(name, role, schema.Where(c => !c.IsHidden).Select(c => c.Name));

    static SchemaShape.Column Require(SchemaShape shape, string name, string role)
    {
        var found = shape.Where(column => column.Name == name).ToList();
        return found.Count > 0 ? found[0] : throw Missing(name, role, shape.Select(column => column.Name));
    }

    static ArgumentException Missing(string name, string role, IEnumerable<string> columns) =>
        new($"There is no {role} column '{name}'. The data has: {string.Join(", ", columns)}.");

    static string Describe(SchemaShape.Column column) =>
        $"{(column.Kind == SchemaShape.Column.VectorKind.Scalar ? "" : "Vector of ")}{(column.IsKey ? "Key of " : "")}{column.ItemType}";
}
