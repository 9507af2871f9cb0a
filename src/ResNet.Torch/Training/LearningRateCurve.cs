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
    const int LeftOutAtTheEnd = 5;

    LearningRateCurve(IReadOnlyList<LearningRatePoint> points) => Points = points;

    /// <summary>The steps, in ascending order of their rates. The last one may be the one at which the loss diverged.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; }

    /// <summary>The rate at which the smoothed loss falls fastest along the logarithm of the rate; null when it falls nowhere, or when there are fewer than 7 points.</summary>
    /// <remarks>
    /// The slope at a point is taken from the point before it to the point after it. The first tenth of the points (at least 1) and the last 5 are left out, as in fastai:
    /// there the average is of few losses, or the loss diverges. A rate to begin with, not a proof: look at the curve.
    /// </remarks>
    public double? Suggestion
    {
        get
        {
            var first = Math.Max(1, Points.Count / 10);
            var steepest = Enumerable.Range(first, Math.Max(0, Points.Count - LeftOutAtTheEnd - first))
                .Select(i => (Slope: Slope(i), Points[i].LearningRate))
                .DefaultIfEmpty()
                .MinBy(candidate => candidate.Slope);
            return steepest.Slope < 0 ? steepest.LearningRate : null;
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

    double Slope(int i) =>
        (Points[i + 1].SmoothedLoss - Points[i - 1].SmoothedLoss) / Math.Log(Points[i + 1].LearningRate / Points[i - 1].LearningRate);
}
