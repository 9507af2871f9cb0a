using ResNet.Torch;
using SkiaSharp;

namespace ResNet.Cli.Output;

/// <summary>A learning-rate curve as a picture: the loss over the logarithm of the rate.</summary>
/// <remarks>Drawn by hand: ScottPlot 5.1 needs a SkiaSharp that ML.NET 5.0's images do not run with.</remarks>
static class LearningRateChart
{
    const int Width = 900, Height = 500, Left = 80, Right = 30, Top = 40, Bottom = 70, Lines = 5;

    /// <summary>Writes a PNG file.</summary>
    public static void Save(LearningRateCurve curve, string path)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height));
        Draw(surface.Canvas, curve);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        using var file = File.Create(path);
        data.SaveTo(file);
    }

    static void Draw(SKCanvas canvas, LearningRateCurve curve)
    {
        canvas.Clear(SKColors.White);
        if (curve.Points.Count < 2)
            return;
        var (first, last) = (Math.Log10(curve.Points[0].LearningRate), Math.Log10(curve.Points[^1].LearningRate));
        var (low, high) = (curve.Points.Min(point => point.SmoothedLoss), curve.Points.Max(point => point.SmoothedLoss));
        var margin = high > low ? 0.05 * (high - low) : 1;
        (low, high) = (low - margin, high + margin);
        using var text = new SKPaint { Color = SKColors.Black, TextSize = 15, IsAntialias = true };
        using var grid = new SKPaint { Color = SKColors.LightGray, StrokeWidth = 1 };

        for (var decade = (int)Math.Ceiling(first); decade <= last; decade++)
        {
            canvas.DrawLine(X(decade), Top, X(decade), Height - Bottom, grid);
            Write(FormattableString.Invariant($"1e{decade}"), X(decade), Height - Bottom + 22);
        }
        for (var i = 0; i <= Lines; i++)
        {
            var loss = low + (high - low) * i / Lines;
            canvas.DrawLine(Left, Y(loss), Width - Right, Y(loss), grid);
            Write(FormattableString.Invariant($"{loss:F2}"), Left - 35, Y(loss) + 5);
        }
        using var raw = new SKPaint { Color = SKColors.SteelBlue.WithAlpha(110), IsAntialias = true };
        foreach (var point in curve.Points.Where(point => point.Loss >= low && point.Loss <= high))
            canvas.DrawCircle(X(Math.Log10(point.LearningRate)), Y(point.Loss), 2.5f, raw);
        using var line = new SKPaint { Color = SKColors.Navy, StrokeWidth = 2.5f, IsAntialias = true };
        foreach (var (from, to) in curve.Points.Zip(curve.Points.Skip(1)))
            canvas.DrawLine(X(Math.Log10(from.LearningRate)), Y(from.SmoothedLoss), X(Math.Log10(to.LearningRate)), Y(to.SmoothedLoss), line);
        if (curve.Suggestion is { } rate)
        {
            using var mark = new SKPaint { Color = SKColors.Firebrick, StrokeWidth = 2, IsAntialias = true };
            canvas.DrawLine(X(Math.Log10(rate)), Top, X(Math.Log10(rate)), Height - Bottom, mark);
            Write(FormattableString.Invariant($"suggested {rate:G3}"), X(Math.Log10(rate)), Top - 12);
        }
        Write("learning rate", (Left + Width - Right) / 2f, Height - 20);
        Write("loss", Left, Top - 12);

        float X(double decade) => (float)(Left + (decade - first) / (last - first) * (Width - Left - Right));
        float Y(double loss) => (float)(Height - Bottom - (loss - low) / (high - low) * (Height - Top - Bottom));
        void Write(string words, float x, float y) => canvas.DrawText(words, x - text.MeasureText(words) / 2, y, text);
    }
}
