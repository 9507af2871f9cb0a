using ResNet.MLNet;
using ResNet.Torch;

namespace Microsoft.ML;

/// <summary>ResNet components in the catalogs of an <see cref="MLContext"/>.</summary>
public static partial class ResNetCatalog
{
    /// <summary>Creates an estimator that trains a residual network (He et al. 2015) from its first layer to its last.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="labelColumnName">Column of type key, as <c>MapValueToKey</c> makes it.</param>
    /// <param name="imageColumnName">Column of images, all of one size, as <c>LoadImages</c> and <c>ResizeImages</c> make it.</param>
    /// <param name="scoreColumnName">Name of the new column of probabilities: a vector with one slot for each class.</param>
    /// <param name="predictedLabelColumnName">Name of the new column of predicted labels: a key with the label's values.</param>
    /// <param name="variant">The network; <see cref="ResNetVariant.ResNet18"/> when null.</param>
    /// <param name="validationSet">Rows to measure each epoch on, with the same columns; or null.</param>
    /// <remarks>
    /// <para>The results of each epoch go to the context's log. The transformer owns native memory: dispose it.</para>
    /// <para>A <c>PredictionEngine</c> is for one thread and disposes the model: make one for each thread, with <c>OwnsTransformer = false</c>. <c>Transform</c> is for any number of threads.</para>
    /// </remarks>
    public static ResNetClassifierEstimator ResNetClassifier(
        this TransformsCatalog catalog,
        string labelColumnName = "Label",
        string imageColumnName = "Image",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        ResNetVariant? variant = null,
        IDataView? validationSet = null) =>
        catalog.ResNetClassifier(Options(labelColumnName, imageColumnName, scoreColumnName, predictedLabelColumnName, variant, validationSet));

    /// <summary>Creates an estimator that trains a residual network (He et al. 2015), with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="options">Columns, network and training.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetClassifierEstimator ResNetClassifier(this TransformsCatalog catalog, ResNetClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetClassifierEstimator(MLNetInternals.Environment(catalog), options);
    }

    /// <summary>Creates an estimator that scores images with a network from a file, as <see cref="ResNetClassifierTransformer.Save"/> and <see cref="ImageClassifier.Save"/> write it.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="path">The file, which is read when the estimator is fitted.</param>
    /// <param name="imageColumnName">Column of images of the size that the network was trained with, as <c>LoadImages</c> and <c>ResizeImages</c> make it.</param>
    /// <param name="scoreColumnName">Name of the new column of probabilities: a vector with one slot for each class.</param>
    /// <param name="predictedLabelColumnName">Name of the new column of predicted labels: a key with the class names, as text.</param>
    /// <remarks>No label is needed, and no row is read to fit it. The transformer owns native memory: dispose it.</remarks>
    /// <exception cref="ArgumentException">A name is empty, or the new columns have the same.</exception>
    public static ResNetScorerEstimator ResNetScorer(
        this TransformsCatalog catalog,
        string path,
        string imageColumnName = "Image",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel") =>
        catalog.ResNetScorer(path, Columns(imageColumnName, scoreColumnName, predictedLabelColumnName));

    /// <summary>Creates an estimator that scores images with a network from a file, with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="path">The file, which is read when the estimator is fitted.</param>
    /// <param name="options">Columns and scoring.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetScorerEstimator ResNetScorer(this TransformsCatalog catalog, string path, ResNetScorerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetScorerEstimator(ClassifierSource.File(path, MLNetInternals.Device(catalog)), options);
    }

    /// <summary>
    /// Creates an estimator that scores images with a classifier in memory. With
    /// <c>await ImageClassifier.PretrainedAsync(PretrainedWeights.ResNet50_V2)</c> it is the ImageNet classifier.
    /// </summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="classifier">The network with its preset. It stays the caller's, who disposes it after the last use of the transformer.</param>
    /// <param name="imageColumnName">Column of images of the preset's size: torchvision's ImageNet sets want <c>ResizeImages("Image", 224, 224)</c>.</param>
    /// <param name="scoreColumnName">Name of the new column of probabilities: a vector with one slot for each class.</param>
    /// <param name="predictedLabelColumnName">Name of the new column of predicted labels: a key with the class names, as text.</param>
    /// <remarks>
    /// <see cref="ImagePreset.ResizeShorterSide"/> is not applied: the images are scored as the pipeline sized them. The accuracies that
    /// torchvision publishes hold for images whose shorter side was resized to it before their middle was cut out.
    /// </remarks>
    /// <exception cref="ArgumentException">A name is empty, or the new columns have the same.</exception>
    public static ResNetScorerEstimator ResNetScorer(
        this TransformsCatalog catalog,
        ImageClassifier classifier,
        string imageColumnName = "Image",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel") =>
        catalog.ResNetScorer(classifier, Columns(imageColumnName, scoreColumnName, predictedLabelColumnName));

    /// <summary>Creates an estimator that scores images with a classifier in memory, with every option open.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="classifier">The network with its preset. It stays the caller's, who disposes it after the last use of the transformer.</param>
    /// <param name="options">Columns and scoring.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetScorerEstimator ResNetScorer(this TransformsCatalog catalog, ImageClassifier classifier, ResNetScorerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetScorerEstimator(ClassifierSource.Of(classifier), options);
    }

    static ResNetScorerOptions Columns(string image, string score, string predictedLabel) =>
        new() { ImageColumnName = image, ScoreColumnName = score, PredictedLabelColumnName = predictedLabel };
}
