using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>A network in libtorch, which it owns.</summary>
sealed class ClassifierModel(ImageClassifier classifier) : PresetModel
{
    public override ImageClassifier Classifier => classifier;

    protected override float[] Score(ReadOnlySpan<byte> pixels) => classifier.Score(pixels);

    public override void Dispose() => classifier.Dispose();
}
