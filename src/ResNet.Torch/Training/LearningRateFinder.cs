using ResNet.Torch.Training;

namespace ResNet.Torch;

/// <summary>The learning-rate range test (Smith 2015, arXiv:1506.01186, §3.3): a short training whose rate grows from step to step.</summary>
public static class LearningRateFinder
{
    /// <summary>Losses are smoothed over a 20th of the steps, however many there are: over 50 of 100, as fastai does, the curve comes decades late.</summary>
    const double SmoothedShare = 20;

    /// <summary>Runs the test on a network of its own, which is thrown away.</summary>
    /// <param name="variant">The row of the table.</param>
    /// <param name="stem">The stem; null chooses as <see cref="Trainer.Train"/> does.</param>
    /// <param name="images">The images, at least 2; they stay the caller's.</param>
    /// <param name="options">How the network would be trained; rate, schedule, accumulation, validation and checkpoints are left aside.</param>
    /// <param name="lowest">First rate, above 0, as <see cref="OptimizerOptions.LearningRate"/> is meant: scaled with the batch. Default 1e-5.</param>
    /// <param name="highest">Last rate, above <paramref name="lowest"/>. Default 10.</param>
    /// <param name="steps">Steps, at least 10, each with a batch; the images are gone through as often as it takes. Default 100.</param>
    /// <param name="progress">Told of each step; or null.</param>
    /// <param name="cancellation">Ends it before the next step.</param>
    /// <returns>The curve, which ends early where the loss diverges, and its suggestion for <see cref="OptimizerOptions.LearningRate"/>.</returns>
    /// <exception cref="ArgumentException">Options out of range, or fewer than 2 images.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LearningRateCurve Run(
        ResNetVariant variant, Stem? stem, LabelledImages images, TrainingOptions options, double lowest = 1e-5, double highest = 10, int steps = 100,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 10);
        if (!(lowest > 0 && lowest < highest && double.IsFinite(highest)))
            throw new ArgumentOutOfRangeException(nameof(lowest), lowest, $"Rates grow from above 0 to a higher one (to {highest}).");
        options.RequireValid();
        options = options with
        {
            Optimizer = options.Optimizer with { AccumulatedBatches = 1 },
            Validation = new(),
            Checkpoints = null,
        };
        Trainer.RequireTrainable(images, null, options);
        var seed = Trainer.SeedFor(options);
        using var network = Trainer.NetworkFor(variant, stem, images, options, seed);
        using var run = new TrainingRun(network, images, null, options, seed, progress: null, cancellation);
        return LearningRateCurve.Of(Measure(), Math.Max(0, 1 - SmoothedShare / steps));

        IEnumerable<(double LearningRate, double Loss)> Measure()
        {
            var step = 0;
            for (var epoch = 1; step < steps; epoch++)
            {
                foreach (var batch in run.Batches(epoch).Take(steps - step))
                {
                    var rate = lowest * Math.Pow(highest / lowest, step / (steps - 1.0));
                    var loss = run.Try(batch, (options.Optimizer with { LearningRate = rate }).RateAt(options.BatchSize));
                    step++;
                    progress?.Report(new(epoch, epoch, step, steps, loss, rate));
                    yield return (rate, loss);
                }
            }
        }
    }
}
