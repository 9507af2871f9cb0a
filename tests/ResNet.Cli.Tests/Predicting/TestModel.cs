using ResNet.Torch;
using ResNet.Torch.Tests;
using SkiaSharp;

namespace ResNet.Cli.Tests.Predicting;

/// <summary>A small network with weights from a seed, and images of noise, in a folder of the test's own.</summary>
sealed class TestModel : IDisposable
{
    public const int Size = 8;

    static readonly string[] classNames = ["left", "right", "top"];

    readonly TemporaryFolder folder = new();

    public TestModel()
    {
        Classifier = new(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classNames.Length), ImagePreset.ImageNet(Size, Size) with { ResizeShorterSide = Size }, classNames);
        Path = File("model.safetensors");
        Classifier.Save(Path);
    }

    public ImageClassifier Classifier { get; }

    /// <summary>The classifier's file.</summary>
    public string Path { get; }

    /// <summary>The path of a file in the folder.</summary>
    public string File(params ReadOnlySpan<string> parts) => folder.File(parts);

    /// <summary>Writes an image of noise.</summary>
    public string Image(int seed, params ReadOnlySpan<string> parts)
    {
        var info = new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pixels = new byte[info.BytesSize];
        new Random(seed).NextBytes(pixels);
        using var image = SKImage.FromPixelCopy(info, pixels);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        var path = File(parts);
        System.IO.File.WriteAllBytes(path, png.ToArray());
        return path;
    }

    /// <summary>Writes images into a folder.</summary>
    public string[] Images(int count, string folderName = "images") => [.. Enumerable.Range(0, count).Select(i => Image(i, folderName, $"{i:D5}.png"))];

    /// <summary>Writes a file that is no image.</summary>
    public string NoImage(params ReadOnlySpan<string> parts)
    {
        var path = File(parts);
        System.IO.File.WriteAllText(path, "no image");
        return path;
    }

    public void Dispose()
    {
        Classifier.Dispose();
        folder.Dispose();
    }
}
