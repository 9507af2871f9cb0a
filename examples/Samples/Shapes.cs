using SkiaSharp;

namespace Samples;

/// <summary>Images to train on where there are none: shapes of any colour, size, place and tilt on any background, so that only the form tells the classes apart.</summary>
public static class Shapes
{
    /// <summary>What the examples tell apart.</summary>
    static readonly Dictionary<string, Action<SKPath>> six = new()
    {
        ["circle"] = path => path.AddCircle(0, 0, 1),
        ["cross"] = path => { path.AddRect(new(-1, -0.25f, 1, 0.25f)); path.AddRect(new(-0.25f, -1, 0.25f, 1)); },
        ["ring"] = path => { path.FillType = SKPathFillType.EvenOdd; path.AddCircle(0, 0, 1); path.AddCircle(0, 0, 0.6f); },
        ["square"] = path => path.AddRect(new(-0.85f, -0.85f, 0.85f, 0.85f)),
        ["star"] = path => path.AddPoly([.. Enumerable.Range(0, 10).Select(i => At(i * 36, i % 2 == 0 ? 1 : 0.4f))]),
        ["triangle"] = path => path.AddPoly([At(0, 1), At(120, 1), At(240, 1)]),
    };

    /// <summary>What a network may have learned before.</summary>
    static readonly Dictionary<string, Action<SKPath>> others = new()
    {
        ["arrow"] = path => path.AddPoly([new(0, -1), new(0.8f, 0), new(0.3f, 0), new(0.3f, 1), new(-0.3f, 1), new(-0.3f, 0), new(-0.8f, 0)]),
        ["bars"] = path => { path.AddRect(new(-1, -0.8f, 1, -0.2f)); path.AddRect(new(-1, 0.2f, 1, 0.8f)); },
        ["corner"] = path => path.AddPoly([new(-0.8f, -1), new(-0.2f, -1), new(-0.2f, 0.4f), new(0.8f, 0.4f), new(0.8f, 1), new(-0.8f, 1)]),
        ["frame"] = path => { path.FillType = SKPathFillType.EvenOdd; path.AddRect(new(-0.9f, -0.9f, 0.9f, 0.9f)); path.AddRect(new(-0.5f, -0.5f, 0.5f, 0.5f)); },
        ["half"] = path => { path.AddArc(new(-1, -1, 1, 1), 0, 180); path.Close(); },
        ["hexagon"] = path => path.AddPoly([.. Enumerable.Range(0, 6).Select(i => At(i * 60, 1))]),
    };

    static SKPoint At(float degrees, float radius) => new(radius * MathF.Sin(degrees * MathF.PI / 180), -radius * MathF.Cos(degrees * MathF.PI / 180));

    /// <summary>Draws PNG files of 80×80 pixels, <c>circle/000.png</c> and so on, the same in each run.</summary>
    /// <returns>Their folder, which is removed when the program ends.</returns>
    public static string Draw(int imagesPerClass) => Draw(six, imagesPerClass);

    /// <summary>Draws six other forms.</summary>
    /// <inheritdoc cref="Draw(int)"/>
    public static string DrawOthers(int imagesPerClass) => Draw(others, imagesPerClass);

    static string Draw(Dictionary<string, Action<SKPath>> forms, int imagesPerClass)
    {
        var folder = Directory.CreateTempSubdirectory("resnet-shapes-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder);
        var random = new Random(1);
        foreach (var (name, form) in forms)
        {
            var classFolder = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            using var path = new SKPath();
            form(path);
            for (var i = 0; i < imagesPerClass; i++)
                DrawOne(path, Path.Combine(classFolder, $"{i:D3}.png"), random);
        }
        return folder;
    }

    static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Another program looks at one: the system's own cleaning takes them.
        }
    }

    static void DrawOne(SKPath form, string file, Random random)
    {
        using var bitmap = new SKBitmap(80, 80);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { IsAntialias = true };
        var (hue, light) = (random.NextSingle() * 360, 35 + random.NextSingle() * 40);
        canvas.Clear(SKColor.FromHsl(hue, random.Next(30, 90), light));
        paint.Color = SKColor.FromHsl((hue + random.Next(60, 300)) % 360, random.Next(30, 90), (light + random.Next(25, 45)) % 100);
        canvas.Translate(random.Next(34, 47), random.Next(34, 47));
        canvas.RotateDegrees(random.Next(-30, 31));
        canvas.Scale(20 + random.NextSingle() * 12);
        canvas.DrawPath(form, paint);
        canvas.Flush();
        using var stream = File.Create(file);
        bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
    }
}
