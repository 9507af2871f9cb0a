using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using ResNet.MLNet.Columns;

namespace ResNet.MLNet.Saving;

/// <summary>
/// A classifier as ML.NET's own: ExtractPixels, then OnnxTransformer for the logits, then the prediction transformer of a maximum-entropy classifier whose
/// weights are the identity, which makes probabilities, predicted label and all their annotations of them.
/// </summary>
internal static class SavedClassifier
{
    const string DefaultScore = "Score";

    /// <exception cref="NotSupportedException">ML.NET's own transformers cannot do what this one does; the message says what to do.</exception>
    public static void Save(ResNetClassifierTransformer transformer, ModelSaveContext ctx)
    {
        var columns = transformer.Columns;
        using var chain = new SavedChain(transformer, transformer.FittedTo);
        if (columns is { Score: not DefaultScore, PredictedLabel: DefaultScore })
            throw new NotSupportedException($"A predicted label that is called '{DefaultScore}' beside scores that are not cannot be saved: ML.NET's own transformers, as which a network is saved, call their scores so. Choose another PredictedLabelColumnName.");
        if (columns.ImageError is not null)
            throw new NotSupportedException($"The column '{columns.ImageError}' says why an image could not be scored, which ML.NET's own transformers, as which a network is saved, do not tell. Leave {nameof(ResNetScorerOptions.ImageErrorColumnName)} out and fit again.");

        // A prediction transformer calls its scores "Score" and nothing else: another name is a copy's, and a column that had that name gets it back.
        var transforms = chain.Context.Transforms;
        var kept = columns.Score != DefaultScore && transformer.FittedTo.GetColumnOrNull(DefaultScore) is not null ? $"{DefaultScore}.{Guid.NewGuid():N}" : null;
        if (kept is not null)
            chain.Add(transforms.CopyColumns(kept, DefaultScore));
        // Pixels and logits take the names of the columns that come after them, and are hidden by those.
        chain.AddNetwork(columns.PredictedLabel, columns.Score);
        chain.Add(Prediction(chain.Context, transformer, columns.Score));
        if (columns.Score != DefaultScore)
            chain.Add(transforms.CopyColumns(columns.Score, DefaultScore));
        if (kept is not null)
            chain.Add(transforms.CopyColumns(DefaultScore, kept));
        if (columns.Score != DefaultScore)
            chain.Add(transforms.DropColumns(kept ?? DefaultScore));
        chain.Save(ctx);
    }

    /// <summary>softmax(1 · logits + 0), and the label of the largest.</summary>
    static MulticlassPredictionTransformer<MaximumEntropyModelParameters> Prediction(MLContext mlContext, ResNetClassifierTransformer transformer, string logits)
    {
        var (count, label) = (transformer.Classes.Count, $"{logits}.Label");
        var identity = Enumerable.Range(0, count).Select(i => new VBuffer<float>(count, 1, [1f], [i])).ToArray();
        var model = MLNetInternals.NewMaximumEntropy(mlContext, identity, new float[count], count, count, labelNames: null, stats: null);
        return MLNetInternals.MulticlassPrediction<MaximumEntropyModelParameters>.New(
            mlContext, model, TrainingSchema(transformer.Classes, logits, label), logits, label, DefaultScore, transformer.Columns.PredictedLabel);
    }

    /// <summary>What such a classifier would have been trained on; its label's annotations become those of the predicted label and the scores.</summary>
    static DataViewSchema TrainingSchema(ClassLabels classes, string logits, string label)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        classes.AddValues(annotations, AnnotationNames.KeyValues);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(label, new KeyDataViewType(typeof(uint), classes.Count), annotations.ToAnnotations());
        schema.AddColumn(logits, new VectorDataViewType(NumberDataViewType.Single, classes.Count));
        return schema.ToSchema();
    }
}
