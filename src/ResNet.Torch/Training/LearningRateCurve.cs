using System.Text;
using ResNet.Torch.Training;
using ResNet.Torch.Weights;

namespace ResNet.Torch;

/// <summary>A step of a learning-rate range test.</summary>
/// <param name="LearningRate">The rate that the step was taken at.</param>
/// <param name="Loss">The loss of its batch.</param>
/// <param name="SmoothedLoss">Exponential moving average of the losses up to it, corrected for its start at zero.</param>
public readonly record struct LearningRatePoint(double LearningRate, double Loss, double SmoothedLoss);

/// <summary>What a learning-rate range test measured (Smith 2015, arXiv:1506.01186, §3.3): the loss of a network while its rate grows step by step.</summary>
public sealed record LearningRateCurve
{
    const double DivergedAt = 4;
    const int LeastReach = 3;
    const double Window = 10.001; // a decade, whatever the rounding

    LearningRateCurve(IReadOnlyList<LearningRatePoint> points) => Points = points;

    /// <summary>The steps, in ascending order of their rates. The last one may be the one at which the loss diverged.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; }

    /// <summary>The rate at which the loss falls fastest along the logarithm of the rate, in the decade before it is lowest; null when it falls nowhere there, or when there are fewer than 7 points.</summary>
    /// <remarks>
    /// Slope and height of the curve at a point are those of the straight line that fits the losses best from a tenth of all points (at least 3) before it to as many after it: noise is smoothed
    /// over the same share of the test whatever the number of steps, and without the lag of an average of those before. The first and the last tenth have no such line and are left out. Where
    /// a loss falls little and for long, noise decides where it falls fastest: the decade keeps that within reach of the rates that learn. A rate to begin with, not a proof: look at the curve.
    /// </remarks>
    public double? Suggestion
    {
        get
        {
            var reach = Math.Max(LeastReach, Points.Count / 10);
            var lines = Enumerable.Range(reach, Math.Max(0, Points.Count - 2 * reach)).Select(i => (Points[i].LearningRate, Line: Fit(i - reach, 2 * reach + 1))).ToList();
            var lowest = lines.DefaultIfEmpty().MinBy(point => point.Line.Height).LearningRate;
            var steepest = lines.Where(point => point.LearningRate <= lowest && point.LearningRate >= lowest / Window).DefaultIfEmpty().MinBy(point => point.Line.Slope);
            return steepest.Line.Slope < 0 ? steepest.LearningRate : null;
        }
    }

    /// <summary>Smooths measured losses into a curve, which ends after a smoothed loss above 4 times the lowest one so far, and before a loss that is no finite number.</summary>
    /// <param name="measured">Each step's rate, ascending, and the loss of its batch. Nothing more is asked of it once the curve has ended, so that it may train as it goes.</param>
    /// <param name="smoothing">Weight of the average so far against a new loss, from 0 (no smoothing) to below 1. Default 0.98 (fastai).</param>
    /// <exception cref="ArgumentException">A rate is not above 0, or not above the one before it.</exception>
    public static LearningRateCurve Of(IEnumerable<(double LearningRate, double Loss)> measured, double smoothing = 0.98)
    {
        ArgumentNullException.ThrowIfNull(measured);
        if (!(smoothing >= 0 && smoothing < 1))
            throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "The smoothing must be at least 0 and below 1.");

        var points = new List<LearningRatePoint>();
        double smoothed = 0, lowest = double.PositiveInfinity, previous = 0;
        foreach (var (rate, loss) in measured)
        {
            if (!(rate > previous && double.IsFinite(rate)))
                throw new ArgumentException($"Learning rates must ascend from above 0 (step {points.Count + 1} has {rate}, after {previous}).", nameof(measured));
            if (!double.IsFinite(loss))
                break;
            // The average divided by the sum of its weights, as a step from the one before: so a loss that stays the same is smoothed to itself, without rounding.
            smoothed += (loss - smoothed) * (1 - smoothing) / (1 - Math.Pow(smoothing, points.Count + 1));
            points.Add(new(rate, loss, smoothed));
            lowest = Math.Min(lowest, smoothed);
            if (smoothed > DivergedAt * lowest)
                break;
            previous = rate;
        }
        return new(points);
    }

    /// <summary>Writes the points as CSV (RFC 4180, numbers with a point): <c>learning_rate,loss,smoothed_loss</c>.</summary>
    /// <param name="path">The file, replaced where there is one.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a folder, or may not be written.</exception>
    public void SaveCsv(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = Csv.LineBreak };
        writer.WriteLine("learning_rate,loss,smoothed_loss");
        foreach (var point in Points)
            writer.WriteLine(Csv.Row(point.LearningRate, point.Loss, point.SmoothedLoss));
    });

    /// <summary>The line through successive points, by least squares: its height in their middle, and its slope over ln(rate).</summary>
    (double Height, double Slope) Fit(int first, int count)
    {
        var origin = Points[first].Loss; // from there losses that stay the same are 0, without rounding
        var points = Enumerable.Range(first, count).Select(i => (X: Math.Log(Points[i].LearningRate), Y: Points[i].Loss - origin)).ToList();
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        return (origin + y, points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x)));
    }
}
