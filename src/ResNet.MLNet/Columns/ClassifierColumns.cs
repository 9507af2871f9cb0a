using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Wording;

namespace ResNet.MLNet.Columns;

/// <summary>The names of a classifier's columns, and what each must be.</summary>
internal sealed record ClassifierColumns(string Label, ScoringColumns Scoring)
{
    /// <summary>Requires a schema that can be trained on.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the label has fewer than two classes.</exception>
    public void RequireTrainable(DataViewSchema schema)
    {
        _ = ImageColumn.Require(schema, Scoring.Image);
        var label = Find.Column(schema, Label, "label");
        if (label.Type is not KeyDataViewType key)
            throw new ArgumentException($"The label column '{Label}' must be a key (received {label.Type}). Put Conversion.MapValueToKey(\"{Label}\") before the classifier.", nameof(schema));
        if (key.Count < 2)
            throw new ArgumentException($"The label column '{Label}' has {Counted.Of((long)key.Count, "class", "classes")}; a classifier needs at least 2.", nameof(schema));
        if (key.Count > int.MaxValue)
            throw new ArgumentException($"The label column '{Label}' has {key.Count} classes; at most {int.MaxValue} are possible.", nameof(schema));
    }

    /// <summary>The promise of <see cref="ScoreSchema"/>, made before there is any data.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape OutputShape(SchemaShape input)
    {
        var label = Find.Column(input, Label, "label");
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw new ArgumentException($"The label column '{Label}' must be a key (received {Find.Describe(label)}). Put Conversion.MapValueToKey(\"{Label}\") before the classifier.", nameof(input));
        return Scoring.OutputShape(input, label.Annotations.Where(a => a.Name == AnnotationNames.KeyValues).Select(a => a.ItemType).FirstOrDefault());
    }
}
