using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace ResNet.Cli.Charts;

/// <summary>A learning-rate range test as a picture: the loss over the logarithm of the rate.</summary>
/// <remarks>Its parameters are the runtime's own types, which are the same in the tool's load context and in this one's.</remarks>
public static class LearningRateChart
{
    const int Width = 900, Height = 500;

    /// <summary>Writes a PNG file.</summary>
    /// <param name="rates">The learning rates, rising.</param>
    /// <param name="losses">The loss at each.</param>
    /// <param name="smoothed">The smoothed loss at each.</param>
    /// <param name="suggestion">A rate to mark, or null.</param>
    /// <param name="png">Takes the file; it stays open.</param>
    public static void Save(double[] rates, double[] losses, double[] smoothed, double? suggestion, Stream png)
    {
        using var plot = new Plot();
        if (rates.Length > 1)
            Draw(plot, Array.ConvertAll(rates, Math.Log10), losses, smoothed);
        if (suggestion is { } rate)
            Mark(plot, rate);
        plot.XLabel("learning rate");
        plot.YLabel("loss");
        png.Write(plot.GetImageBytes(Width, Height, ImageFormat.Png));
    }

    static void Draw(Plot plot, double[] decades, double[] losses, double[] smoothed)
    {
        plot.Add.ScatterPoints(decades, losses, Colors.SteelBlue.WithAlpha(0.45));
        plot.Add.ScatterLine(decades, smoothed, Colors.Navy).LineWidth = 2.5f;

        // What comes after the lowest loss rises without end, and would flatten what comes before.
        var low = smoothed.Min();
        var high = Math.Min(smoothed.Max(), 2 * smoothed.Take(Array.IndexOf(smoothed, low) + 1).Max());
        var margin = high > low ? 0.05 * (high - low) : 1;
        plot.Axes.SetLimits(decades[0], decades[^1], low - margin, high + margin);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            MinorTickGenerator = new LogMinorTickGenerator(),
            LabelFormatter = decade => string.Create(CultureInfo.InvariantCulture, $"1e{decade:F0}"),
        };
    }

    static void Mark(Plot plot, double rate)
    {
        var mark = plot.Add.VerticalLine(Math.Log10(rate), width: 2, Colors.FireBrick);
        (mark.LabelText, mark.LabelOppositeAxis) = (string.Create(CultureInfo.InvariantCulture, $"suggested {rate:G3}"), true);
        plot.Axes.Top.MinimumSize = 30; // room for the words
    }
}
