using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet.Columns;

namespace ResNet.MLNet.Saving;

/// <summary>
/// A transformer as ML.NET's own: ExtractPixels, then OnnxTransformer for the logits, then the prediction transformer of a maximum-entropy classifier whose
/// weights are the identity, which makes probabilities, predicted label and all their annotations of them.
/// </summary>
/// <remarks>docs/decisions/0010-saved-as-ml-nets-own.md says why. It owns a temporary file for as long as it lives.</remarks>
internal sealed class SavedChain : IDisposable
{
    const string DefaultScore = "Score";

    readonly string folder;
    readonly TransformerChain<ITransformer> chain;

    /// <exception cref="NotSupportedException">ML.NET's own transformers cannot do what this one does; the message says what to do.</exception>
    public SavedChain(ResNetClassifierTransformer transformer)
    {
        if (Fault(transformer) is { } fault)
            throw new NotSupportedException(fault);
        folder = Directory.CreateTempSubdirectory("resnet-model-").FullName;
        try
        {
            chain = Build(new MLContext(), transformer);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>What would be lost without a word; null where nothing would.</summary>
    static string? Fault(ResNetClassifierTransformer transformer)
    {
        var (image, preset) = (transformer.Columns.Image, transformer.Classifier.Preset);
        if (transformer.OnBadImage == BadImagePolicy.Skip)
            return $"{nameof(transformer.OnBadImage)} is {nameof(BadImagePolicy.Skip)}, and ML.NET's own transformers, as which a network is saved, stop at an image that cannot be decoded. Set the transformer's {nameof(transformer.OnBadImage)} to {nameof(BadImagePolicy.Throw)} before saving, which does the same.";
        if (transformer.FittedTo[image].Type is ImageDataViewType { Height: <= 0 } or ImageDataViewType { Width: <= 0 })
            return $"The column '{image}' does not say how large its images are, which ML.NET's ExtractPixels, as a part of which a network is saved, needs to know. Put ResizeImages(\"{image}\", {preset.Width}, {preset.Height}) before the network and fit again.";
        if (transformer.Columns is { Score: not DefaultScore, PredictedLabel: DefaultScore })
            return $"A predicted label that is called '{DefaultScore}' beside scores that are not cannot be saved: ML.NET's own transformers, as which a network is saved, call their scores so. Choose another PredictedLabelColumnName.";
        return null;
    }

    public void Save(ModelSaveContext ctx) => ((ICanSaveModel)chain).Save(ctx);

    /// <summary>Pixels and logits take the names of the columns that come after them, and are hidden by those.</summary>
    TransformerChain<ITransformer> Build(MLContext mlContext, ResNetClassifierTransformer transformer)
    {
        var (columns, preset) = (transformer.Columns, transformer.Classifier.Preset);
        var (pixels, logits) = (columns.PredictedLabel, columns.Score);
        var onnx = Path.Combine(folder, "network.onnx");
        transformer.Classifier.ExportOnnxForMLNet(onnx, pixels, logits);

        var steps = new List<ITransformer>();
        var data = EmptyRows(mlContext, columns.Image, preset.Height, preset.Width);
        // A prediction transformer calls its scores "Score" and nothing else: another name is a copy's, and a column that had that name gets it back.
        var kept = columns.Score != DefaultScore && transformer.FittedTo.GetColumnOrNull(DefaultScore) is not null ? $"{DefaultScore}.{Guid.NewGuid():N}" : null;
        if (kept is not null)
            Add(mlContext.Transforms.CopyColumns(kept, DefaultScore));
        Add(mlContext.Transforms.ExtractPixels(pixels, columns.Image, offsetImage: -1));
        Add(mlContext.Transforms.ApplyOnnxModel([logits], [pixels], onnx));
        Add(Prediction(mlContext, transformer, logits));
        if (columns.Score != DefaultScore)
            Add(mlContext.Transforms.CopyColumns(columns.Score, DefaultScore));
        if (kept is not null)
            Add(mlContext.Transforms.CopyColumns(DefaultScore, kept));
        if (columns.Score != DefaultScore)
            Add(mlContext.Transforms.DropColumns(kept ?? DefaultScore));
        return new TransformerChain<ITransformer>([.. steps]);

        void Add(object step)
        {
            var next = step as ITransformer ?? ((IEstimator<ITransformer>)step).Fit(data);
            steps.Add(next);
            data = next.Transform(data);
        }
    }

    static IDataView EmptyRows(MLContext mlContext, string imageColumn, int height, int width)
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Image)].ColumnName = imageColumn;
        definition[nameof(Row.Image)].ColumnType = new ImageDataViewType(height, width);
        if (imageColumn == DefaultScore)
            definition.Remove(definition[nameof(Row.Score)]);
        return mlContext.Data.LoadFromEnumerable(Array.Empty<Row>(), definition);
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

    /// <summary>The columns that the steps are made for.</summary>
    sealed class Row
    {
        [ImageType(1, 1)] // overruled by the definition; without it no schema can be made of the class
        public MLImage Image { get; set; } = null!;

        public float Score { get; set; }
    }

    public void Dispose()
    {
        foreach (var step in chain.OfType<IDisposable>())
            step.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
