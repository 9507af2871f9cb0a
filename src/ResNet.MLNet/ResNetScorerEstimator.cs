using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Scores a column of images with a network that is trained already; nothing is learnt from the data.</summary>
/// <remarks>
/// <para>Input: a column of images of the size that the network was trained with (<see cref="ImageClassifier.Preset"/>). Output:
/// <c>Score</c>, a vector of probabilities with the class names as slot names, and <c>PredictedLabel</c>, a key with the class names
/// as its values, as text.</para>
/// <para><c>Evaluate</c> compares keys: its label column must number the classes as the network does. <c>MapValueToKey</c> does
/// so with <see cref="ImageClassifier.ClassNames"/> as its <c>keyData</c>.</para>
/// <para>Is normalization required? No. Is caching required? No. Exportable to ONNX? Yes: <see cref="ResNetClassifierTransformer.ExportOnnx"/>.
/// Required NuGet in addition to this one: a libtorch package for the machine, for example libtorch-cpu-linux-x64.</para>
/// </remarks>
public sealed class ResNetScorerEstimator : IEstimator<ResNetClassifierTransformer>
{
    readonly ClassifierSource source;
    readonly ResNetScorerOptions options;
    readonly ScoringColumns columns;

    internal ResNetScorerEstimator(ClassifierSource source, ResNetScorerOptions options)
    {
        options.RequireValid();
        (this.source, this.options, columns) = (source, options, options.Columns);
    }

    /// <summary>Reads the network's file, where it comes from one, and checks the columns; no row is read.</summary>
    /// <returns>A transformer. One whose network comes from a file owns its native memory: dispose it.</returns>
    /// <exception cref="ArgumentException">The image column is missing, holds no images, or images of another size than the network expects.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="WeightFormatException">The file is damaged, or holds no classifier; the message says what to do.</exception>
    /// <exception cref="WeightMismatchException">The weights are not those of the network that the file names.</exception>
    public ResNetClassifierTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = ImageColumn.Require(input.Schema, columns.Image);
        return source.Open(options, (classifier, isOwned) =>
        {
            ImageColumn.RequireImagesOf(classifier.Preset, input.Schema, columns.Image);
            return new ResNetClassifierTransformer(input.Schema, columns, ClassLabels.Of(classifier.ClassNames), classifier, isOwned, options);
        });
    }

    /// <summary>The columns that the transformer will produce.</summary>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return columns.OutputShape(inputSchema, TextDataViewType.Instance);
    }
}
