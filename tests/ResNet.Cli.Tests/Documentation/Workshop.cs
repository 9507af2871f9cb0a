using ResNet.Torch.Tests;
using SkiaSharp;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>A folder with what every page takes for granted, where its programs and commands run: photographs of three kinds of animal, drawn here.</summary>
sealed class Workshop : IDisposable
{
    const int Width = 32, Height = 24;

    readonly TemporaryFolder folder = new();
    readonly string before = Directory.GetCurrentDirectory();

    public Workshop()
    {
        foreach (var (kind, name) in new[] { "cat", "dog", "owl" }.Index())
        {
            for (var i = 1; i <= 8; i++)
                Draw(folder.File("photos", name, $"{i}.jpg"), kind, i);
        }
        Draw(folder.File("photo.jpg"), kind: 1, seed: 99);
        Directory.SetCurrentDirectory(folder.Path);
    }

    /// <summary>Noise that is bright in one colour.</summary>
    static void Draw(string path, int kind, int seed)
    {
        var random = new Random(100 * kind + seed);
        using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < Width * Height; i++)
            bitmap.SetPixel(i % Width, i / Width, new(Value(0), Value(1), Value(2)));
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Jpeg, quality: 90);

        byte Value(int channel) => (byte)(random.Next(100) + (channel == kind ? 150 : 0));
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(before);
        folder.Dispose();
    }
}
