using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>A model of any kind that scores images.</summary>
abstract class LoadedModel : IDisposable
{
    /// <summary>What it is, as "resnet20 (weights.th)".</summary>
    public required string Title { get; init; }

    /// <summary>The name of each class, in the order of the probabilities; their numbers where <see cref="HasClassNames"/> is false.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Whether anything said what the classes are called.</summary>
    public bool HasClassNames { get; init; } = true;

    /// <summary>What images become; null for a model of ML.NET's, which reads them itself.</summary>
    public ImagePreset? Preset { get; init; }

    /// <summary>The network itself; null where the model does not run in libtorch.</summary>
    public virtual ImageClassifier? Classifier => null;

    /// <summary>Scores some images, best a few dozen at once. Not for several threads.</summary>
    /// <returns>A score for each image, in their order.</returns>
    public abstract IReadOnlyList<ImageScore> Score(IReadOnlyList<ModelImage> images);

    public abstract void Dispose();
}
