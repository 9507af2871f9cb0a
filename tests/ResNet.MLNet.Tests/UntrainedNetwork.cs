using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>A network whose scores tell images from one another, and what a model gives for rows.</summary>
static class UntrainedNetwork
{
    /// <summary>An untrained network of a few kilobytes.</summary>
    public static ImageClassifier Classifier(IReadOnlyList<string>? names = null, int seed = 3, ImagePreset? preset = null) =>
        new(ResidualNetwork.Seeded(seed, ResNetVariant.Find("resnet20"), (names ?? TestImages.Classes).Count, (preset ?? Preset).Channels), preset ?? Preset, names ?? TestImages.Classes);

    public static ImagePreset Preset => ImagePreset.ImageNet(TestImages.Size, TestImages.Size);

    public static float[] Scores(ITransformer model, IDataView rows, string column = "Score") =>
        [.. model.Transform(rows).GetColumn<float[]>(column).SelectMany(scores => scores)];
}
