using ResNet.Torch;

namespace ResNet.Cli.Predicting;

/// <summary>A network with its preset: files are decoded ahead, and a batch goes through it in one forward pass.</summary>
internal sealed class ClassifierModel(ImageClassifier classifier) : IImageModel
{
    byte[] batch = [];

    public IReadOnlyList<string> ClassNames => classifier.ClassNames;

    public byte[] Read(string path) => classifier.Preset.ReadFile(path);

    public IReadOnlyList<Prediction> Score(IReadOnlyList<ReadImage> images)
    {
        var (size, classes) = (classifier.Preset.ImageBytes, classifier.ClassNames.Count);
        if (batch.Length < images.Count * size)
            batch = new byte[images.Count * size];
        for (var i = 0; i < images.Count; i++)
            images[i].Pixels.CopyTo(batch.AsSpan(i * size));
        var scores = classifier.Score(batch.AsSpan(0, images.Count * size));
        return [.. images.Select((image, i) => new Prediction(image.Path, scores[(i * classes)..((i + 1) * classes)], null))];
    }

    public void Dispose() => classifier.Dispose();
}
