using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet.Columns;
using ResNet.MLNet.Saving;
using ResNet.MLNet.Scoring;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Scores a column of images with a trained network, a batch of rows at a time.</summary>
/// <remarks>
/// It owns the network's native memory, and is used by any number of threads until it is disposed. A
/// <see cref="PredictionEngine{TSrc, TDst}"/> disposes it with itself, unless its option <c>OwnsTransformer</c> is false.
/// One that scores with a classifier of the caller's (<see cref="ResNetCatalog.ResNetScorer(TransformsCatalog, ImageClassifier, string, string, string)"/>)
/// owns nothing: the classifier must live as long as it is used.
/// </remarks>
public sealed class ResNetClassifierTransformer : ISingleFeaturePredictionTransformer<ImageClassifier>, IImageScorer, IDisposable
{
    readonly bool ownsClassifier;
    readonly ImageScoringOptions options;

    internal ResNetClassifierTransformer(DataViewSchema fittedTo, ScoringColumns columns, ClassLabels classes, ImageClassifier classifier, bool ownsClassifier, ImageScoringOptions options) =>
        (FittedTo, Columns, Classes, Classifier, this.ownsClassifier, this.options, OnBadImage) = (fittedTo, columns, classes, classifier, ownsClassifier, options, options.OnBadImage);

    /// <summary>The network with its preset; it is disposed with this transformer, unless it is the caller's.</summary>
    public ImageClassifier Classifier { get; }

    /// <summary>What each epoch of the training came to; nothing for weights whose file does not tell.</summary>
    public IReadOnlyList<EpochMetrics> History => Classifier.History;

    /// <summary>What to do with a row whose image is missing or cannot be decoded; the estimator's option until it is set.</summary>
    /// <remarks>ML.NET's model file knows <see cref="BadImagePolicy.Throw"/> alone: a transformer that skips is refused there.</remarks>
    public BadImagePolicy OnBadImage { get; set; }

    /// <summary>The input that it was fitted to.</summary>
    internal DataViewSchema FittedTo { get; }

    internal ScoringColumns Columns { get; }

    internal ClassLabels Classes { get; }

    ImageClassifier IPredictionTransformer<ImageClassifier>.Model => Classifier;

    string ISingleFeaturePredictionTransformer<ImageClassifier>.FeatureColumnName => Columns.Image;

    DataViewType ISingleFeaturePredictionTransformer<ImageClassifier>.FeatureColumnType => FittedTo[Columns.Image].Type;

    ImageScoringOptions IImageScorer.Options => options;

    int IImageScorer.FiguresPerImage => Classes.Count;

    float[] IImageScorer.Score(ReadOnlySpan<byte> pixels) => Classifier.Score(pixels);

    IReadOnlyList<NewColumn> IImageScorer.NewColumns(DataViewSchema input) => ScoreSchema.Columns(input, Columns, Classes);

    /// <summary>True: a row's scores depend on that row alone.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The input's columns, then the predicted label and the scores; one whose name there is already comes right after that column and hides it.</summary>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoreMapper(this, inputSchema).OutputSchema;

    /// <summary>Scores single rows, for a <see cref="PredictionEngine{TSrc, TDst}"/>.</summary>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScoreMapper(this, inputSchema);

    /// <summary>Adds the two columns lazily: rows are read ahead and scored when one of them is asked for.</summary>
    /// <remarks>
    /// Images that steps before this one make of more than 128 rows (<c>LoadImages</c>, <c>ResizeImages</c>) are made on a thread for each processor: ML.NET then reads the source, once, in runs
    /// of 128 rows, and runs the row by row steps, custom mappings among them, on several threads. Not where the consumer asks for the images too, or shuffles, nor of images in memory.
    /// </remarks>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(new ScoreMapper(this, input.Schema), input);
    }

    /// <summary>
    /// Writes network, class names, image preset and the training's history to one safetensors file, which
    /// <see cref="ResNetCatalog.ResNetScorer(TransformsCatalog, string, string, string, string)"/> scores with,
    /// <see cref="FineTuningOptions.WeightsFile"/> trains on from, and <see cref="ImageClassifier.Load"/> reads.
    /// </summary>
    /// <remarks>Column names are not in it, and class names are text: a label of numbers comes back as their names.</remarks>
    /// <inheritdoc cref="ImageClassifier.Save"/>
    public void Save(string path) => Classifier.Save(path);

    /// <summary>Writes network, preset and class names as an ONNX file, for any program that runs ONNX. Column names are not in it.</summary>
    /// <inheritdoc cref="ImageClassifier.ExportOnnx"/>
    public void ExportOnnx(string path, OnnxExportOptions? options = null) => Classifier.ExportOnnx(path, options);

    /// <summary>Writes network, preset and class names as a TorchScript archive, for any program that runs <c>torch.jit.load</c>.</summary>
    /// <inheritdoc cref="ImageClassifier.ExportTorchScript"/>
    public void ExportTorchScript(string path, TorchScriptExportOptions? options = null) => Classifier.ExportTorchScript(path, options);

    /// <summary>Reads what <see cref="Save(string)"/> wrote, or another classifier's file, for scoring; <see cref="ResNetCatalog.ResNetScorer(TransformsCatalog, string, string, string, string)"/> does so in a pipeline.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Columns and scoring; the defaults when null.</param>
    /// <returns>A transformer that owns the network's native memory: dispose it.</returns>
    /// <exception cref="ArgumentException">The options have faults; the message names them.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="WeightFormatException">The file is damaged, or holds no classifier; the message says what to do.</exception>
    /// <exception cref="WeightMismatchException">The weights are not those of the network that the file names.</exception>
    public static ResNetClassifierTransformer Load(string path, ResNetScorerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        options.RequireValid();
        var classifier = ImageClassifier.Load(path);
        (classifier.Precision, classifier.Device) = (options.ScoringPrecision, options.Device ?? ComputeDevice.Auto);
        var images = new DataViewSchema.Builder();
        images.AddColumn(options.ImageColumnName, new ImageDataViewType(classifier.Preset.Height, classifier.Preset.Width));
        return new(images.ToSchema(), options.Columns, ClassLabels.Of(classifier.ClassNames), classifier, ownsClassifier: true, options);
    }

    /// <summary>Saves itself as a chain of ML.NET's own transformers around an ONNX graph, which needs none of this library to be loaded and scored with.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedClassifier.Save(this, ctx);

    /// <summary>Frees the network, after the forward passes that are under way; not one that is the caller's.</summary>
    public void Dispose()
    {
        if (ownsClassifier)
            Classifier.Dispose();
    }
}
