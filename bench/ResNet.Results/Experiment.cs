using System.Diagnostics;
using ResNet.Torch;
using ResNet.Torch.Training;
using TorchSharp;

namespace ResNet.Results;

/// <summary>One network trained on one set, measured on the test images after the last epoch.</summary>
/// <param name="Name">What the row is called, and its file of metrics.</param>
/// <param name="Variant">The network.</param>
/// <param name="Stem">Its stem; null chooses by the images.</param>
/// <param name="Options">How it is trained.</param>
sealed record Experiment(string Name, ResNetVariant Variant, Stem? Stem, TrainingOptions Options)
{
    /// <summary>Trains, writes a metrics file and prints what came of it.</summary>
    /// <param name="training">Training images.</param>
    /// <param name="test">Test images, which nothing is chosen by.</param>
    /// <param name="folder">Where the file of metrics goes.</param>
    public TrainingResult Run(LabelledImages training, LabelledImages test, string folder)
    {
        // The test images choose nothing: they are measured, and the last weights count.
        var options = Options with { Validation = Options.Validation with { KeepBest = false } };
        var path = Path.Combine(folder, $"{Name}.csv");
        File.Delete(path);
        var clock = Stopwatch.StartNew();
        var result = Trainer.Train(Variant, Stem, training, test, options, new Lines(new MetricsCsv(path)));
        Console.WriteLine(FormattableString.Invariant(
            $"{Name}: {Variant}, {training.Count} images of {training.Preset.Width}×{training.Preset.Height}×{training.Preset.Channels}, {options.Epochs} epochs, {(Precision.IsHalf(options.Precision, result.Network.Device) ? "bfloat16" : "float32")}, {torch.get_num_threads()} threads, seed {result.Seed}: test accuracy {result.History[^1].ValidationAccuracy:F4}, {clock.Elapsed.TotalSeconds:F0} s"));
        return result;
    }

    /// <summary>A line for each epoch, and the metrics file.</summary>
    sealed class Lines(IProgress<TrainingProgress> file) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            file.Report(value);
            if (value.CompletedEpoch is { } epoch)
                Console.WriteLine(FormattableString.Invariant($"  epoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainingLoss:F4}  train {epoch.TrainingAccuracy:F4}  test {epoch.ValidationAccuracy:F4}  {epoch.Duration.TotalSeconds:F1} s"));
        }
    }
}
