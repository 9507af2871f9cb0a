using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Columns;
using ResNet.MLNet.Saving;
using ResNet.MLNet.Scoring;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Adds a column of features of images, a batch of rows at a time.</summary>
/// <remarks>
/// One whose network comes from a file owns that network's native memory; one of a classifier or transformer of the caller's owns nothing, and what it was
/// made of must live as long as it is used. Any number of threads may use it until it is disposed. A <see cref="PredictionEngine{TSrc, TDst}"/> disposes
/// it with itself, unless its option <c>OwnsTransformer</c> is false.
/// </remarks>
public sealed class ResNetFeaturizerTransformer : ITransformer, IImageScorer, IDisposable
{
    readonly bool ownsClassifier;
    readonly ResNetFeaturizerOptions options;

    internal ResNetFeaturizerTransformer(DataViewSchema fittedTo, ResNetFeaturizerOptions options, ImageClassifier classifier, bool ownsClassifier)
    {
        (FittedTo, Columns, Classifier, this.ownsClassifier) = (fittedTo, options.Columns, classifier, ownsClassifier);
        (this.options, Stage, OnBadImage) = (options, options.StageOf(classifier.Network.Variant), options.OnBadImage);
    }

    /// <summary>The network with its preset; it is disposed with this transformer, unless it is the caller's.</summary>
    public ImageClassifier Classifier { get; }

    /// <summary>The stage whose features these are, 1 the first.</summary>
    public int Stage { get; }

    /// <summary>Length of the vector: the channels of the stage.</summary>
    public int FeatureCount => Classifier.Network.Variant.StageChannels(Stage);

    /// <summary>What to do with a row whose image is missing or cannot be decoded; the estimator's option until it is set.</summary>
    /// <remarks>ML.NET's model file knows <see cref="BadImagePolicy.Throw"/> alone: a transformer that skips is refused there.</remarks>
    public BadImagePolicy OnBadImage { get; set; }

    /// <summary>The input that it was fitted to.</summary>
    internal DataViewSchema FittedTo { get; }

    internal FeatureColumns Columns { get; }

    ImageScoringOptions IImageScorer.Options => options;

    int IImageScorer.FiguresPerImage => FeatureCount;

    float[] IImageScorer.Score(ReadOnlySpan<byte> pixels) => Classifier.Features(pixels, Stage);

    IReadOnlyList<NewColumn> IImageScorer.NewColumns(DataViewSchema input) =>
    [
        NewColumn.Vector(Columns.Output, FeatureCount),
        .. Columns.ImageError is { } error ? (NewColumn[])[NewColumn.Fault(error)] : [],
    ];

    /// <summary>True: a row's features depend on that row alone.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The input's columns, then the features; where their name there is already, they come right after that column and hide it.</summary>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoreMapper(this, inputSchema).OutputSchema;

    /// <summary>Computes the features of single rows, for a <see cref="PredictionEngine{TSrc, TDst}"/>.</summary>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScoreMapper(this, inputSchema);

    /// <summary>Adds the column lazily: rows are read ahead and run through the network when it is asked for.</summary>
    /// <remarks><inheritdoc cref="ResNetClassifierTransformer.Transform" path="/remarks/node()"/></remarks>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(new ScoreMapper(this, input.Schema), input);
    }

    /// <summary>Saves itself as a chain of ML.NET's own transformers around an ONNX graph, which needs none of this library to be loaded and used.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedFeaturizer.Save(this, ctx);

    /// <summary>Frees the network, after the forward passes that are under way; not one that is the caller's.</summary>
    public void Dispose()
    {
        if (ownsClassifier)
            Classifier.Dispose();
    }
}
