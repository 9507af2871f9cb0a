using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;
using SkiaSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>
/// From paths to classes as a program with TorchSharp and SkiaSharp alone would do it: Skia decodes and resizes, pixels are written one by one as floats, and the network's layers
/// run in float32, NCHW, batch by batch, with glibc's thresholds as they are.
/// </summary>
sealed class PlainFiles : ISide
{
    const int BatchSize = 32;

    readonly SideSettings settings;
    readonly string[] files;
    readonly ResidualNetwork network;
    readonly float[] pixels;

    public PlainFiles(SideSettings settings)
    {
        (this.settings, files) = (settings, Photographs.In(settings.Photos));
        network = ResidualNetwork.Seeded(1, ResNetVariant.Find(settings.Network));
        foreach (var convolution in network.modules().OfType<Conv2d>())
            convolution.weight = new Parameter(convolution.weight.detach().contiguous());
        network.eval();
        pixels = new float[BatchSize * 3 * settings.Size * settings.Size];
    }

    public Measurement Round(int images)
    {
        var clock = Stopwatch.StartNew();
        using var inference = inference_mode();
        var scored = 0;
        foreach (var batch in Photographs.Rows(files, images).Chunk(BatchSize))
            scored += Classes(batch).Length;
        return new(scored, clock.Elapsed.TotalSeconds);
    }

    long[] Classes(ImageFile[] batch)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < batch.Length; i++)
            Read(batch[i].ImagePath, i * 3 * settings.Size * settings.Size);
        var images = tensor(pixels, [BatchSize, 3, settings.Size, settings.Size]).narrow(0, 0, batch.Length);   // N×3×H×W
        return network.call(images).argmax(1).data<long>().ToArray();
    }

    void Read(string path, int at)
    {
        var preset = Classifiers.Preset(settings.Size);
        using var decoded = SKBitmap.Decode(path);
        var scale = (double)preset.ResizeShorterSide!.Value / Math.Min(decoded.Width, decoded.Height);
        using var resized = decoded.Resize(new SKImageInfo((int)(decoded.Width * scale), (int)(decoded.Height * scale), SKColorType.Rgba8888), SKFilterQuality.Medium);
        var (left, top, plane) = ((resized.Width - settings.Size) / 2, (resized.Height - settings.Size) / 2, settings.Size * settings.Size);
        var rgba = resized.GetPixelSpan();
        for (var y = 0; y < settings.Size; y++)
        {
            for (var x = 0; x < settings.Size; x++)
            {
                var pixel = rgba[((top + y) * resized.RowBytes + 4 * (left + x))..];
                for (var c = 0; c < 3; c++)
                    pixels[at + c * plane + y * settings.Size + x] = (pixel[c] / 255f - preset.Mean[c]) / preset.Std[c];
            }
        }
    }

    public void Dispose() => network.Dispose();
}
