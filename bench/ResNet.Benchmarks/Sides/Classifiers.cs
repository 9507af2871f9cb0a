using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>Networks that nobody trained: the weights of a seed cost what others do.</summary>
static class Classifiers
{
    /// <summary>1000 classes, torchvision's first preset, or another size prepared in its proportions.</summary>
    /// <returns>A classifier, which the caller disposes.</returns>
    public static ImageClassifier Seeded(SideSettings settings)
    {
        var variant = ResNetVariant.Find(settings.Network);
        return new(ResidualNetwork.Seeded(1, variant), Preset(settings.Size), [.. Enumerable.Range(0, variant.Classes).Select(i => $"class {i}")]);
    }

    /// <summary>224 is torchvision's: shorter side to 256. Others are resized in the same proportion.</summary>
    public static ImagePreset Preset(int size) => ImagePresets.TorchvisionV1 with { Height = size, Width = size, ResizeShorterSide = size * 256 / 224 };

    /// <summary>Images as the classifier takes them, one after the other.</summary>
    public static byte[] ReadyBytes(SideSettings settings, int count) =>
        [.. Photographs.Rows(Photographs.In(settings.Photos), count).SelectMany(row => Preset(settings.Size).ReadFile(row.ImagePath))];
}
