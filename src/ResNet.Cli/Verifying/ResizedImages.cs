using ResNet.Torch;
using SkiaSharp;

namespace ResNet.Cli.Verifying;

/// <summary>Images that a formula gives, resized and cropped: no file is needed.</summary>
internal static class ResizedImages
{
    const int MostPixelsOfASide = 16_384;

    public static IEnumerable<VerifiedEntry> Verify(ReferenceValue root, CancellationToken cancellation)
    {
        foreach (var @case in root["cases"].Items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Verify(@case);
        }
    }

    static VerifiedEntry Verify(ReferenceValue @case)
    {
        var (width, height) = (@case["width"].Integer(1, MostPixelsOfASide), @case["height"].Integer(1, MostPixelsOfASide));
        var (resize, crop) = (@case["resize"].Integer(1, MostPixelsOfASide), @case["crop"].Integer(1, MostPixelsOfASide));
        var preset = ImagePreset.ImageNet(crop, crop) with { ResizeShorterSide = resize };
        var folder = Directory.CreateTempSubdirectory("resnet-verify-");
        try
        {
            var file = Path.Combine(folder.FullName, "image.png");
            Write(file, width, height);
            return new($"{width}×{height} to {resize}, crop {crop}", PixelGrid.Compare(@case, preset.ReadFile(file), crop, share: 1, tolerance: 1, meanTolerance: 0.1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The image of the formula, in a form that keeps every bit.</summary>
    public static void Write(string path, int width, int height)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pixels = new byte[info.BytesSize];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = pixels.AsSpan(y * info.RowBytes + x * info.BytesPerPixel, info.BytesPerPixel);
                pixel[0] = (byte)(7 * x + 13 * y);
                pixel[1] = (byte)Math.Round(127.5 + 127.5 * Math.Sin(x / 9.0) * Math.Cos(y / 7.0));
                pixel[2] = (byte)(255 * ((x / 16 + y / 16) % 2));
                pixel[3] = 255;
            }
        }
        using var image = SKImage.FromPixelCopy(info, pixels);
        using var view = image.PeekPixels();
        using var file = File.Create(path);
        view.Encode(file, new SKPngEncoderOptions(SKPngEncoderFilterFlags.NoFilters, zLibLevel: 1));
    }
}
