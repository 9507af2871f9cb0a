using Spectre.Console;
using Spectre.Console.Rendering;

namespace ResNet.Cli.Output;

/// <summary>Progress on a terminal: a bar with rate, time left and details, which goes when the work ends.</summary>
static class ProgressBar
{
    /// <inheritdoc cref="CommandOutput.Follow"/>
    public static T Follow<T>(IAnsiConsole console, string title, string unit, Func<IProgress<WorkProgress>, T> work) =>
        console.Progress().AutoClear(true).HideCompleted(false).Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RateColumn(unit), new RemainingTimeColumn(), new DetailsColumn())
        .Start(context => work(new Bar(context.AddTask(Markup.Escape(title), maxValue: 1).IsIndeterminate())));

    const string Last = "last";

    sealed class Bar(ProgressTask task) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Total > 0)
            {
                task.IsIndeterminate = false;
                task.MaxValue = value.Total;
            }
            task.Value = value.Done;
            task.State.Update<WorkProgress>(Last, _ => value);
        }
    }

    sealed class RateColumn(string unit) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed ? $"{Rates.Text(speed)} {unit}/s" : "");
    }

    sealed class DetailsColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.State.Get<WorkProgress>(Last).Details ?? "");
    }
}
