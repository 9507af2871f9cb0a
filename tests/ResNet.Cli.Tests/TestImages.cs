using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests;

/// <summary>Small images of three kinds: the bright half of each names its class.</summary>
static class TestImages
{
    public const int Size = 16;

    public static IReadOnlyList<string> Classes { get; } = ["left", "right", "top"];

    /// <summary>Writes PNG files, <c>class/NN.png</c>, to a folder.</summary>
    public static string Write(TemporaryFolder folder, string name, int perClass, int seed = 0)
    {
        foreach (var (label, title) in Classes.Index())
        {
            for (var i = 0; i < perClass; i++)
            {
                using var image = MLImage.CreateFromPixels(Size, Size, MLPixelFormat.Rgba32, Pixels(label, seed + 100 * label + i, 4));
                image.Save(folder.File(name, title, $"{i:D2}.png"));
            }
        }
        return Path.Combine(folder.Path, name);
    }

    /// <summary>Pixels of 1, 3 or 4 channels, the fourth opaque.</summary>
    public static byte[] Pixels(int label, int seed, int channels, int size = Size)
    {
        var random = new Random(seed);
        var pixels = new byte[size * size * channels];
        for (var i = 0; i < size * size; i++)
        {
            var bright = label switch { 0 => i % size < size / 2, 1 => i % size >= size / 2, _ => i / size < size / 2 };
            for (var channel = 0; channel < channels; channel++)
                pixels[channels * i + channel] = channel == 3 ? (byte)255 : (byte)(random.Next(80) + (bright ? 150 : 0));
        }
        return pixels;
    }

    /// <summary>A classifier of these images, not trained.</summary>
    public static string WriteClassifier(TemporaryFolder folder, string name = "model.safetensors", IReadOnlyList<string>? classes = null, int channels = 3, int size = Size)
    {
        var network = ResidualNetwork.Seeded(5, ResNetVariant.ResNet20, (classes ?? Classes).Count, channels);
        using var classifier = new ImageClassifier(network, ImagePreset.ImageNet(size, size, channels) with { ResizeShorterSide = size }, classes ?? Classes);
        classifier.Save(folder.File(name));
        return folder.File(name);
    }
}
