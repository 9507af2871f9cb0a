using Microsoft.ML;
using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Turns a column of images into a column of features, for any learner of ML.NET's or to compare images by; nothing is learnt from the data.</summary>
/// <remarks>
/// <para>Input: a column of images of the size that the network was trained with (<see cref="ImageClassifier.Preset"/>). Output: a vector of numbers,
/// the channels of a stage of the network, each averaged over the pixels (<see cref="ImageClassifier.Features"/>).</para>
/// <para>Trainers that read their rows more than once, as most do, run the network each time: put
/// <c>AppendCacheCheckpoint(mlContext)</c> between the featurizer and them.</para>
/// <para>Is normalization required? No. Is caching required? No. Exportable to ONNX? Yes: <see cref="ExportOptions.FeatureStage"/>.
/// Required NuGet in addition to this one: a libtorch package for the machine, for example libtorch-cpu-linux-x64.</para>
/// </remarks>
public sealed class ResNetFeaturizerEstimator : IEstimator<ResNetFeaturizerTransformer>
{
    readonly ClassifierSource source;
    readonly ResNetFeaturizerOptions options;

    internal ResNetFeaturizerEstimator(ClassifierSource source, ResNetFeaturizerOptions options)
    {
        options.RequireValid();
        (this.source, this.options) = (source, options);
    }

    /// <summary>Reads the network's file, where it comes from one, and checks the columns; no row is read.</summary>
    /// <returns>A transformer. One whose network comes from a file owns its native memory: dispose it.</returns>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size than the network expects; or the network has no such stage.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="WeightFormatException">The file is damaged, or holds no classifier; the message says what to do.</exception>
    /// <exception cref="WeightMismatchException">The weights are not those of the network that the file names.</exception>
    /// <exception cref="PretrainedWeightsException">Pretrained weights could neither be found nor fetched, or are others than their row's.</exception>
    public ResNetFeaturizerTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = ImageColumn.Require(input.Schema, options.ImageColumnName);
        return source.Open(options, (classifier, isOwned) =>
        {
            ImageColumn.RequireImagesOf(classifier.Preset, input.Schema, options.ImageColumnName);
            return new ResNetFeaturizerTransformer(input.Schema, options, classifier, isOwned);
        });
    }

    /// <summary>The columns that the transformer will produce.</summary>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return options.Columns.OutputShape(inputSchema);
    }
}
