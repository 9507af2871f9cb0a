using ResNet.Cli.Output;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>Shows a training: how far it is, a line for each epoch, and warnings.</summary>
/// <param name="output">Where it is shown.</param>
/// <param name="progress">How far it is, in images.</param>
/// <param name="images">Images of an epoch, without those that are held back.</param>
sealed class TrainingView(CommandOutput output, IProgress<WorkProgress> progress, int images) : IProgress<TrainingProgress>
{
    string accuracy = "";
    bool hasBegun;

    /// <summary>The last epoch that has ended; null before.</summary>
    public EpochMetrics? Last { get; private set; }

    sealed record EpochLine(string Event, int Epoch, int Epochs, double LearningRate, double TrainingLoss, double TrainingAccuracy, double? ValidationLoss, double? ValidationAccuracy, double Seconds);

    public void Report(TrainingProgress value)
    {
        if (value.Warning is { } warning)
            output.Note($"warning: {warning}");
        if (value.StepsPerEpoch == 0)
            return;
        if (value.CompletedEpoch is { } epoch)
            Tell(epoch);
        if (!hasBegun)
            progress.Report(new(Images(value.Step - 1), (long)value.Epochs * images)); // a resumed training does not begin at 0
        hasBegun = true;
        progress.Report(new(Images(value.Step), (long)value.Epochs * images, FormattableString.Invariant($"epoch {value.Epoch}/{value.Epochs}, loss {value.Loss:F4}{accuracy}")));

        long Images(int step) => (long)((value.Epoch - 1 + (double)step / value.StepsPerEpoch) * images);
    }

    void Tell(EpochMetrics epoch)
    {
        Last = epoch;
        accuracy = FormattableString.Invariant($", accuracy {epoch.ValidationAccuracy ?? epoch.TrainingAccuracy:F4}");
        var validation = epoch.ValidationAccuracy is { } measured ? FormattableString.Invariant($", validation loss {epoch.ValidationLoss:F4}, validation accuracy {measured:F4}") : "";
        output.Note(FormattableString.Invariant($"epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.TrainingLoss:F4}, accuracy {epoch.TrainingAccuracy:F4}{validation}, {Durations.Text(epoch.Duration)}"));
        if (output.IsJson)
            output.Json(new EpochLine("epoch", epoch.Epoch, epoch.Epochs, epoch.LearningRate, epoch.TrainingLoss, epoch.TrainingAccuracy, epoch.ValidationLoss, epoch.ValidationAccuracy, epoch.Duration.TotalSeconds));
    }
}
