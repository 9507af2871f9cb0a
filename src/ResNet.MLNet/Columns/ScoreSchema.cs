using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Scoring;

namespace ResNet.MLNet.Columns;

/// <summary>ML.NET's names of annotations.</summary>
internal static class AnnotationNames
{
    public const string KeyValues = nameof(KeyValues);
    public const string SlotNames = nameof(SlotNames);
    public const string TrainingLabelValues = nameof(TrainingLabelValues);
    public const string ScoreColumnSetId = nameof(ScoreColumnSetId);
    public const string ScoreColumnKind = nameof(ScoreColumnKind);
    public const string ScoreValueKind = nameof(ScoreValueKind);
}

/// <summary>The columns that a classifier adds, with the types and annotations of ML.NET's own multiclass trainers.</summary>
internal static class ScoreSchema
{
    static readonly KeyDataViewType setIdType = new(typeof(uint), int.MaxValue);

    /// <summary>The columns, made of the probabilities.</summary>
    public static IReadOnlyList<NewColumn> Columns(DataViewSchema input, ScoringColumns columns, ClassLabels classes) =>
    [
        NewColumn.KeyOfLargest(columns.PredictedLabel, classes.Count, PredictedLabelAnnotations(input, classes)),
        NewColumn.Vector(columns.Score, classes.Count, ScoreAnnotations(input, classes)),
        .. columns.ImageError is { } error ? (NewColumn[])[NewColumn.Fault(error)] : [],
    ];

    static DataViewSchema.Annotations PredictedLabelAnnotations(DataViewSchema input, ClassLabels classes)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        classes.AddValues(annotations, AnnotationNames.KeyValues);
        AddKinds(annotations, input, "PredictedLabel");
        return annotations.ToAnnotations();
    }

    static DataViewSchema.Annotations ScoreAnnotations(DataViewSchema input, ClassLabels classes)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        classes.AddNames(annotations, AnnotationNames.SlotNames);
        classes.AddValues(annotations, AnnotationNames.TrainingLabelValues);
        AddKinds(annotations, input, "Score");
        return annotations.ToAnnotations();
    }

    static void AddKinds(DataViewSchema.Annotations.Builder annotations, DataViewSchema input, string valueKind)
    {
        var setId = NextSetId(input);
        annotations.Add(AnnotationNames.ScoreColumnSetId, setIdType, (ref uint target) => target = setId);
        annotations.Add(AnnotationNames.ScoreColumnKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> target) => target = "MulticlassClassification".AsMemory());
        annotations.Add(AnnotationNames.ScoreValueKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> target) => target = valueKind.AsMemory());
    }

    /// <summary>Score columns of one model share a number that no other model of the chain has.</summary>
    static uint NextSetId(DataViewSchema input)
    {
        uint largest = 0;
        foreach (var column in input)
        {
            uint id = 0;
            if (column.Annotations.Schema.GetColumnOrNull(AnnotationNames.ScoreColumnSetId) is { Type: KeyDataViewType { RawType: var raw } } annotation && raw == typeof(uint))
                column.Annotations.GetGetter<uint>(annotation)(ref id);
            largest = Math.Max(largest, id);
        }
        return largest + 1;
    }

    /// <summary>The same columns, promised for values of a type that are yet to come, or for keys that stand for none.</summary>
    public static IEnumerable<SchemaShape.Column> Promise(ScoringColumns columns, DataViewType? values)
    {
        SchemaShape.Column[] kinds =
        [
            Scalar(AnnotationNames.ScoreColumnSetId, NumberDataViewType.UInt32, isKey: true),
            Scalar(AnnotationNames.ScoreColumnKind, TextDataViewType.Instance),
            Scalar(AnnotationNames.ScoreValueKind, TextDataViewType.Instance),
        ];
        SchemaShape.Column[] valuesOfLabel = values is null ? [] : [Vector(AnnotationNames.KeyValues, values)];
        SchemaShape.Column[] valuesOfScore = values is null
            ? []
            : [Vector(AnnotationNames.SlotNames, TextDataViewType.Instance), Vector(AnnotationNames.TrainingLabelValues, values)];

        yield return MLNetInternals.NewColumn(columns.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, new([.. valuesOfLabel, .. kinds]));
        yield return MLNetInternals.NewColumn(columns.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, new([.. valuesOfScore, .. kinds]));
        if (columns.ImageError is { } error)
            yield return Scalar(error, TextDataViewType.Instance);
    }

    static SchemaShape.Column Scalar(string name, DataViewType type, bool isKey = false) =>
        MLNetInternals.NewColumn(name, SchemaShape.Column.VectorKind.Scalar, type, isKey);

    static SchemaShape.Column Vector(string name, DataViewType itemType) =>
        MLNetInternals.NewColumn(name, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false);
}
