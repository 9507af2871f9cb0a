using ResNet.MLNet;
using ResNet.Torch;

namespace Microsoft.ML;

/// <content>The estimator among ML.NET's trainers.</content>
public static partial class ResNetCatalog
{
    /// <summary>Creates a trainer of a residual network (He et al. 2015): what <c>Transforms.ResNetClassifier</c> creates, where code looks for trainers.</summary>
    /// <param name="catalog">The trainers of an <see cref="MLContext"/>.</param>
    /// <param name="labelColumnName">Column of type key, as <c>MapValueToKey</c> makes it.</param>
    /// <param name="imageColumnName">Column of images, all of one size, as <c>LoadImages</c> and <c>ResizeImages</c> make it.</param>
    /// <param name="scoreColumnName">Name of the new column of probabilities: a vector with one slot for each class.</param>
    /// <param name="predictedLabelColumnName">Name of the new column of predicted labels: a key with the label's values.</param>
    /// <param name="variant">The network; <see cref="ResNetVariant.ResNet18"/> when null.</param>
    /// <param name="validationSet">Rows to measure each epoch on, with the same columns; or null.</param>
    /// <remarks>The results of each epoch go to the context's log. The transformer owns native memory: dispose it.</remarks>
    public static ResNetClassifierEstimator ResNet(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string imageColumnName = "Image",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        ResNetVariant? variant = null,
        IDataView? validationSet = null) =>
        catalog.ResNet(Options(labelColumnName, imageColumnName, scoreColumnName, predictedLabelColumnName, variant, validationSet));

    /// <summary>Creates a trainer of a residual network (He et al. 2015), with every option open.</summary>
    /// <param name="catalog">The trainers of an <see cref="MLContext"/>.</param>
    /// <param name="options">Columns, network and training.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message names each one.</exception>
    public static ResNetClassifierEstimator ResNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, ResNetClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ResNetClassifierEstimator(MLNetInternals.Environment(catalog), options);
    }

    static ResNetClassifierOptions Options(string label, string image, string score, string predictedLabel, ResNetVariant? variant, IDataView? validationSet) => new()
    {
        LabelColumnName = label,
        ImageColumnName = image,
        ScoreColumnName = score,
        PredictedLabelColumnName = predictedLabel,
        Variant = variant ?? ResNetVariant.ResNet18,
        ValidationSet = validationSet,
    };
}
