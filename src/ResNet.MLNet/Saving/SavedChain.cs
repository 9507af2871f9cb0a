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
    const string Label = "Label", DefaultScore = "Score", DefaultPredictedLabel = "PredictedLabel";

    readonly string folder;
    readonly TransformerChain<ITransformer> chain;

    /// <exception cref="NotSupportedException">Its columns have names of their own.</exception>
    public SavedChain(ResNetClassifierTransformer transformer)
    {
        if (transformer.Columns is not { Score: DefaultScore, PredictedLabel: DefaultPredictedLabel })
            throw new NotSupportedException($"ML.NET's own transformers, as which a network is saved, name their columns '{DefaultScore}' and '{DefaultPredictedLabel}'; here they are '{transformer.Columns.Score}' and '{transformer.Columns.PredictedLabel}'. Leave those names, and put Transforms.CopyColumns after the network; or save the network by itself with {nameof(ResNetClassifierTransformer.Save)}(path).");
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

    public void Save(ModelSaveContext ctx) => ((ICanSaveModel)chain).Save(ctx);

    TransformerChain<ITransformer> Build(MLContext mlContext, ResNetClassifierTransformer transformer)
    {
        var (columns, preset) = (transformer.Columns, transformer.Classifier.Preset);
        // Names that no column of a user's has: these are dropped again.
        var (pixels, logits) = ($"{columns.Image}.{Guid.NewGuid():N}", $"{columns.Score}.{Guid.NewGuid():N}");
        var onnx = Path.Combine(folder, "network.onnx");
        transformer.Classifier.ExportOnnxForMLNet(onnx, pixels, logits);

        var steps = new List<ITransformer>();
        var data = Images(mlContext, columns.Image, preset.Height, preset.Width);
        Add(mlContext.Transforms.ExtractPixels(pixels, columns.Image));
        Add(mlContext.Transforms.ApplyOnnxModel([logits], [pixels], onnx));
        Add(Prediction(mlContext, transformer, logits));
        Add(mlContext.Transforms.DropColumns(pixels, logits));
        return new TransformerChain<ITransformer>([.. steps]);

        void Add(object step)
        {
            var next = step as ITransformer ?? ((IEstimator<ITransformer>)step).Fit(data);
            steps.Add(next);
            data = next.Transform(data);
        }
    }

    static IDataView Images(MLContext mlContext, string column, int height, int width)
    {
        var definition = SchemaDefinition.Create(typeof(ImageRow));
        definition[nameof(ImageRow.Image)].ColumnName = column;
        definition[nameof(ImageRow.Image)].ColumnType = new ImageDataViewType(height, width);
        return mlContext.Data.LoadFromEnumerable(Array.Empty<ImageRow>(), definition);
    }

    /// <summary>softmax(1 · logits + 0), and the label of the largest.</summary>
    static MulticlassPredictionTransformer<MaximumEntropyModelParameters> Prediction(MLContext mlContext, ResNetClassifierTransformer transformer, string logits)
    {
        var count = transformer.Classes.Count;
        var identity = Enumerable.Range(0, count).Select(i => new VBuffer<float>(count, 1, [1f], [i])).ToArray();
        var model = MLNetInternals.NewMaximumEntropy(mlContext, identity, new float[count], count, count, labelNames: null, stats: null);
        return MLNetInternals.MulticlassPrediction<MaximumEntropyModelParameters>.New(
            mlContext, model, TrainingSchema(transformer.Classes, logits), logits, Label, transformer.Columns.Score, transformer.Columns.PredictedLabel);
    }

    /// <summary>What such a classifier would have been trained on; its label's annotations become those of the predicted label and the scores.</summary>
    static DataViewSchema TrainingSchema(ClassLabels classes, string logits)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        classes.AddValues(annotations, AnnotationNames.KeyValues);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(logits, new VectorDataViewType(NumberDataViewType.Single, classes.Count));
        schema.AddColumn(Label, new KeyDataViewType(typeof(uint), classes.Count), annotations.ToAnnotations());
        return schema.ToSchema();
    }

    sealed class ImageRow
    {
        [ImageType(1, 1)] // overruled by the definition; without it no schema can be made of the class
        public MLImage Image { get; set; } = null!;
    }

    public void Dispose()
    {
        foreach (var step in chain.OfType<IDisposable>())
            step.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
