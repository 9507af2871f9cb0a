using SkiaSharp;

namespace ResNet.Benchmarks.Rows;

/// <summary>JPEG files for a machine that has no photographs: clouds of noise at every scale, and things with edges before them.</summary>
static class DrawnPictures
{
    const int Things = 24, Quality = 90;

    /// <summary>A folder with so many pictures; those that are missing are drawn, the same ones on every machine.</summary>
    public static string Folder(int count, int width, int height)
    {
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", "benchmarks", $"{width}x{height}")).FullName;
        Parallel.For(0, count, index =>
        {
            var path = Path.Combine(folder, $"{index:D4}.jpg");
            if (!File.Exists(path))
                Draw(path, index, width, height);
        });
        return folder;
    }

    static void Draw(string path, int seed, int width, int height)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(Colour(random).WithAlpha(255));
            Clouds(canvas, random, width);
            for (var i = 0; i < Things; i++)
                Thing(canvas, random, width, height);
            Clouds(canvas, random, width);
        }
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        var part = $"{path}.part";
        File.WriteAllBytes(part, data.ToArray());
        File.Move(part, path, overwrite: true);
    }

    static void Clouds(SKCanvas canvas, Random random, int width)
    {
        var frequency = (2 + 4 * random.NextSingle()) / width;
        using var noise = SKShader.CreatePerlinNoiseFractalNoise(frequency, frequency, numOctaves: 6, seed: random.Next(1000));
        using var paint = new SKPaint { Shader = noise, BlendMode = SKBlendMode.Overlay };
        canvas.DrawPaint(paint);
    }

    static void Thing(SKCanvas canvas, Random random, int width, int height)
    {
        var (x, y, size) = (random.Next(width), random.Next(height), (0.02f + 0.2f * random.NextSingle()) * width);
        using var shade = SKShader.CreateLinearGradient(new(x - size, y - size), new(x + size, y + size), [Colour(random), Colour(random)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shade, IsAntialias = true };
        canvas.RotateDegrees(random.Next(-20, 21), x, y);
        if (random.Next(2) == 0)
            canvas.DrawOval(x, y, size, size * (0.3f + 0.7f * random.NextSingle()), paint);
        else
            canvas.DrawRect(x - size / 2, y - size / 2, size, size * (0.3f + 0.7f * random.NextSingle()), paint);
        canvas.ResetMatrix();
    }

    static SKColor Colour(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(128, 256));
}
