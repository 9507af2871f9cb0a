using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet.Columns;
using ResNet.MLNet.Scoring;
using ResNet.Torch;

namespace ResNet.MLNet.Saving;

/// <summary>A chain of ML.NET's own transformers around an ONNX graph, as which a transformer of ours is saved.</summary>
/// <remarks>docs/decisions/0010-saved-as-ml-nets-own.md says why. It owns a temporary file for as long as it lives.</remarks>
internal sealed class SavedChain : IDisposable
{
    readonly IImageScorer scorer;
    readonly string folder;
    readonly List<ITransformer> steps = [];
    IDataView data;

    /// <exception cref="NotSupportedException">ML.NET's own transformers cannot do what this one does; the message says what to do.</exception>
    public SavedChain(IImageScorer scorer, DataViewSchema fittedTo)
    {
        if (Fault(scorer, fittedTo) is { } fault)
            throw new NotSupportedException(fault);
        (this.scorer, data) = (scorer, EmptyRows());
        folder = Directory.CreateTempSubdirectory("resnet-model-").FullName;

        IDataView EmptyRows()
        {
            var definition = SchemaDefinition.Create(typeof(Row));
            if (scorer.Options.ImageColumnName == nameof(Row.Score))
                definition.Remove(definition[nameof(Row.Score)]);
            var image = definition[nameof(Row.Image)]; // found by the name that it has now
            image.ColumnName = scorer.Options.ImageColumnName;
            image.ColumnType = new ImageDataViewType(scorer.Classifier.Preset.Height, scorer.Classifier.Preset.Width);
            return Context.Data.LoadFromEnumerable(Array.Empty<Row>(), definition);
        }
    }

    public MLContext Context { get; } = new();

    /// <summary>What would be lost without a word; null where nothing would.</summary>
    static string? Fault(IImageScorer scorer, DataViewSchema fittedTo)
    {
        var (image, preset) = (scorer.Options.ImageColumnName, scorer.Classifier.Preset);
        if (scorer.OnBadImage == BadImagePolicy.Skip)
            return $"{nameof(scorer.OnBadImage)} is {nameof(BadImagePolicy.Skip)}, and ML.NET's own transformers, as which a network is saved, stop at an image that cannot be decoded. Set the transformer's {nameof(scorer.OnBadImage)} to {nameof(BadImagePolicy.Throw)} before saving, which does the same.";
        if (preset.Crops == ImageCrops.Ten)
            return $"The preset takes ten crops of each image, and ML.NET's own transformers, as which a network is saved, take the image as it is. Save the network by itself, which Transforms.ResNetScorer scores files with; or one whose {nameof(preset.Crops)} is {nameof(ImageCrops.Centre)}.";
        if (fittedTo[image].Type is not ImageDataViewType images)
            return $"The column '{image}' holds image files, which ML.NET's own transformers, as which a network is saved, decode and resize to other pixels. Put LoadImages and ResizeImages(\"{image}\", {preset.Width}, {preset.Height}) before the network and fit again; or save it by itself, which Transforms.ResNetScorer scores files with.";
        if (!ImageColumn.IsOfSize(images, preset))
            return $"The column '{image}' does not say that its images are {preset.Width}×{preset.Height} pixels, which ML.NET's own transformers, as which a network is saved, need to know: they would resize to other pixels. Put ResizeImages(\"{image}\", {preset.Width}, {preset.Height}) before the network and fit again.";
        return null;
    }

    /// <summary>Adds an estimator, which is fitted to what the steps before it give, or a transformer.</summary>
    public void Add(object step)
    {
        var next = step as ITransformer ?? ((IEstimator<ITransformer>)step).Fit(data);
        steps.Add(next);
        data = next.Transform(data);
    }

    /// <summary>Adds the two steps that take an image through the network.</summary>
    /// <param name="pixels">Name of the column of pixels between them.</param>
    /// <param name="output">Name of the column that the network gives.</param>
    /// <param name="featuresOf">The stage whose pooled features that is; null: logits.</param>
    public void AddNetwork(string pixels, string output, int? featuresOf = null)
    {
        var onnx = Path.Combine(folder, "network.onnx");
        scorer.Classifier.ExportOnnxForMLNet(onnx, pixels, output, featuresOf);
        Add(Context.Transforms.ExtractPixels(pixels, scorer.Options.ImageColumnName, offsetImage: -1));
        Add(Context.Transforms.ApplyOnnxModel([output], [pixels], onnx));
    }

    public void Save(ModelSaveContext ctx) => ((ICanSaveModel)new TransformerChain<ITransformer>([.. steps])).Save(ctx);

    /// <summary>The columns that the steps are made for.</summary>
    sealed class Row
    {
        [ImageType(1, 1)] // overruled by the definition; without it no schema can be made of the class
        public MLImage Image { get; set; } = null!;

        public float Score { get; set; }
    }

    public void Dispose()
    {
        foreach (var step in steps.OfType<IDisposable>())
            step.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
