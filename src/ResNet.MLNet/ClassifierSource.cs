using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>Where a network that is trained already comes from, and whether each transformer gets one of its own.</summary>
internal sealed class ClassifierSource
{
    readonly Func<ImageClassifier> open;
    readonly bool isOpenedForEach;
    readonly ComputeDevice ofContext;

    ClassifierSource(Func<ImageClassifier> open, bool isOpenedForEach, ComputeDevice ofContext = default) =>
        (this.open, this.isOpenedForEach, this.ofContext) = (open, isOpenedForEach, ofContext);

    /// <summary>Each transformer has a network of its own.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="ofContext">Where ML.NET's context has networks run.</param>
    public static ClassifierSource File(string path, ComputeDevice ofContext) => new(() => ImageClassifier.Load(path), isOpenedForEach: true, ofContext);

    /// <inheritdoc cref="File"/>
    public static ClassifierSource Pretrained(PretrainedWeights weights, ComputeDevice ofContext) =>
        new(() => ImageClassifier.PretrainedAsync(weights).GetAwaiter().GetResult(), isOpenedForEach: true, ofContext);

    /// <summary>All transformers share the caller's network.</summary>
    public static ClassifierSource Of(ImageClassifier classifier) => new(() => classifier, isOpenedForEach: false);

    /// <summary>Makes a transformer with the network; when that fails, one that was opened for it is disposed.</summary>
    /// <param name="options">How a network that is opened for the transformer scores; the caller's own stays as it is.</param>
    /// <param name="make">Takes the network, and whether the transformer owns it.</param>
    public TTransformer Open<TTransformer>(ImageScoringOptions options, Func<ImageClassifier, bool, TTransformer> make)
    {
        var classifier = open();
        try
        {
            if (isOpenedForEach)
                (classifier.Precision, classifier.Device) = (options.ScoringPrecision, options.Device ?? ofContext);
            return make(classifier, isOpenedForEach);
        }
        catch when (isOpenedForEach)
        {
            classifier.Dispose();
            throw;
        }
    }
}
