using ResNet.Torch;
using Spectre.Console;

namespace Samples;

/// <summary>A progress bar of Spectre.Console, fed by the training; each epoch's results stand above it.</summary>
public static class TrainingBar
{
    /// <summary>Shows the bar while <paramref name="work"/> runs, and gives its result.</summary>
    public static T Show<T>(Func<IProgress<TrainingProgress>, T> work) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(context => work(new Bar(context.AddTask("Training"))));

    sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = (double)value.Epochs * value.StepsPerEpoch;
            task.Value = (double)(value.Epoch - 1) * value.StepsPerEpoch + value.Step;
            if (value.CompletedEpoch is { } epoch)
                AnsiConsole.MarkupLine($"epoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainingLoss:F3}  accuracy {epoch.TrainingAccuracy:F3}  {epoch.Duration.TotalSeconds:F1} s");
        }
    }
}
