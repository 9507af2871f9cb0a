using ResNet.MLNet;
using ResNet.Torch;

namespace Microsoft.ML;

/// <content>Features of images, for other learners.</content>
public static partial class ResNetCatalog
{
    /// <summary>Creates an estimator that turns images into features by a network from a file, as <see cref="ResNetClassifierTransformer.Save"/> and <see cref="ImageClassifier.Save"/> write it.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="path">The file, which is read when the estimator is fitted.</param>
    /// <param name="imageColumnName">Column of images of the size that the network was trained with, as <c>LoadImages</c> and <c>ResizeImages</c> make it.</param>
    /// <param name="outputColumnName">Name of the new column: a vector of as many numbers as the stage has channels.</param>
    /// <param name="stage">The stage whose features are wanted, 1 the first; the last when null (<see cref="ResNetFeaturizerOptions.Stage"/>).</param>
    /// <remarks>No row is read to fit it. The transformer owns native memory: dispose it.</remarks>
    /// <exception cref="ArgumentException">A name is empty, or the stage below 1.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(
        this TransformsCatalog catalog, string path, string imageColumnName = "Image", string outputColumnName = "Features", int? stage = null) =>
        catalog.ResNetFeaturizer(path, Features(imageColumnName, outputColumnName, stage));

    /// <summary>Creates an estimator that turns images into features by a network from a file, with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="path">The file, which is read when the estimator is fitted.</param>
    /// <param name="options">Columns and features.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(this TransformsCatalog catalog, string path, ResNetFeaturizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetFeaturizerEstimator(ClassifierSource.File(path, MLNetInternals.Device(catalog)), options);
    }

    /// <summary>Creates an estimator that turns images into features by a network with trained weights, which are fetched once (<see cref="PretrainedCache"/>).</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="weights">A row of <see cref="PretrainedWeights.All"/>, or one of the caller's own.</param>
    /// <param name="imageColumnName">Column of images of the weights' size: torchvision's want <c>ResizeImages("Image", 224, 224)</c>.</param>
    /// <param name="outputColumnName">Name of the new column: a vector of as many numbers as the stage has channels.</param>
    /// <param name="stage">The stage whose features are wanted, 1 the first; the last when null (<see cref="ResNetFeaturizerOptions.Stage"/>).</param>
    /// <remarks>
    /// <c>Fit</c> waits for the download. To see its progress or to end it, <c>await</c> <see cref="ImageClassifier.PretrainedAsync"/> and give the classifier
    /// instead. The transformer owns native memory: dispose it.
    /// </remarks>
    /// <exception cref="ArgumentException">A name is empty, or the stage below 1.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(
        this TransformsCatalog catalog, PretrainedWeights weights, string imageColumnName = "Image", string outputColumnName = "Features", int? stage = null) =>
        catalog.ResNetFeaturizer(weights, Features(imageColumnName, outputColumnName, stage));

    /// <summary>Creates an estimator that turns images into features by a network with trained weights, with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="weights">A row of <see cref="PretrainedWeights.All"/>, or one of the caller's own.</param>
    /// <param name="options">Columns and features.</param>
    /// <inheritdoc cref="ResNetFeaturizer(TransformsCatalog, PretrainedWeights, string, string, int?)" path="/remarks"/>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(this TransformsCatalog catalog, PretrainedWeights weights, ResNetFeaturizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetFeaturizerEstimator(ClassifierSource.Pretrained(weights, MLNetInternals.Device(catalog)), options);
    }

    /// <summary>Creates an estimator that turns images into features by the network of a classifier in memory.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="classifier">The network with its preset. It stays the caller's, who disposes it after the last use of the transformer.</param>
    /// <param name="imageColumnName">Column of images of the preset's size.</param>
    /// <param name="outputColumnName">Name of the new column: a vector of as many numbers as the stage has channels.</param>
    /// <param name="stage">The stage whose features are wanted, 1 the first; the last when null (<see cref="ResNetFeaturizerOptions.Stage"/>).</param>
    /// <exception cref="ArgumentException">A name is empty, or the stage below 1.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(
        this TransformsCatalog catalog, ImageClassifier classifier, string imageColumnName = "Image", string outputColumnName = "Features", int? stage = null) =>
        catalog.ResNetFeaturizer(classifier, Features(imageColumnName, outputColumnName, stage));

    /// <summary>Creates an estimator that turns images into features by the network of a classifier in memory, with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="classifier">The network with its preset. It stays the caller's, who disposes it after the last use of the transformer.</param>
    /// <param name="options">Columns and features.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(this TransformsCatalog catalog, ImageClassifier classifier, ResNetFeaturizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetFeaturizerEstimator(ClassifierSource.Of(classifier), options);
    }

    /// <summary>Creates an estimator that turns images into features by the network of a trained transformer.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="trained">What training or scoring was done with. It stays the caller's, who disposes it after the last use of the new transformer.</param>
    /// <param name="imageColumnName">Column of images of the size that the network was trained with.</param>
    /// <param name="outputColumnName">Name of the new column: a vector of as many numbers as the stage has channels.</param>
    /// <param name="stage">The stage whose features are wanted, 1 the first; the last when null (<see cref="ResNetFeaturizerOptions.Stage"/>).</param>
    /// <exception cref="ArgumentException">A name is empty, or the stage below 1.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(
        this TransformsCatalog catalog, ResNetClassifierTransformer trained, string imageColumnName = "Image", string outputColumnName = "Features", int? stage = null) =>
        catalog.ResNetFeaturizer(trained, Features(imageColumnName, outputColumnName, stage));

    /// <summary>Creates an estimator that turns images into features by the network of a trained transformer, with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="trained">What training or scoring was done with. It stays the caller's, who disposes it after the last use of the new transformer.</param>
    /// <param name="options">Columns and features.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetFeaturizerEstimator ResNetFeaturizer(this TransformsCatalog catalog, ResNetClassifierTransformer trained, ResNetFeaturizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return catalog.ResNetFeaturizer(trained.Classifier, options);
    }

    static ResNetFeaturizerOptions Features(string image, string output, int? stage) => new() { ImageColumnName = image, OutputColumnName = output, Stage = stage };
}
