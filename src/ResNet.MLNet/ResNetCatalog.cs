using ResNet.MLNet;
using ResNet.MLNet.Data;
using ResNet.Torch;

namespace Microsoft.ML;

/// <summary>ResNet components in the catalogs of an <see cref="MLContext"/>.</summary>
public static class ResNetCatalog
{
    /// <summary>Creates an estimator that trains a residual network (He et al. 2015) from its first layer to its last.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="labelColumnName">Column of type key, as <c>MapValueToKey</c> makes it.</param>
    /// <param name="imageColumnName">Column of images, all of one size, as <c>LoadImages</c> and <c>ResizeImages</c> make it.</param>
    /// <param name="scoreColumnName">Name of the new column of probabilities: a vector with one slot for each class.</param>
    /// <param name="predictedLabelColumnName">Name of the new column of predicted labels: a key with the label's values.</param>
    /// <param name="variant">The network; <see cref="ResNetVariant.ResNet18"/> when null.</param>
    /// <param name="validationSet">Rows to measure each epoch on, with the same columns; or null.</param>
    /// <remarks>The results of each epoch go to the context's log. The transformer owns native memory: dispose it.</remarks>
    public static ResNetClassifierEstimator ResNetClassifier(
        this TransformsCatalog catalog,
        string labelColumnName = "Label",
        string imageColumnName = "Image",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        ResNetVariant? variant = null,
        IDataView? validationSet = null) =>
        catalog.ResNetClassifier(new ResNetClassifierOptions
        {
            LabelColumnName = labelColumnName,
            ImageColumnName = imageColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Variant = variant ?? ResNetVariant.ResNet18,
            ValidationSet = validationSet,
        });

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

    /// <summary>Lists the images of a folder that has one folder for each class.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="path">The folder: <c>path/class/…/name.jpg</c>. PNG, JPEG, BMP, GIF and WebP files are listed, by their extension, at any depth below a class.</param>
    /// <returns>One row for each image, ordered by class and then by path: text columns <c>ImagePath</c> (absolute) and <c>Label</c> (the class folder's name).</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It has no class folder, or one without images; the message names it.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog catalog, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return catalog.LoadFromEnumerable(ImageFolder.List(path));
    }
}
