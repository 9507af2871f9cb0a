using System.Diagnostics;

namespace ResNet.Cli.Output;

/// <summary>Progress where there is no terminal: a line every few seconds, and one at the end.</summary>
static class ProgressLines
{
    static readonly TimeSpan interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="CommandOutput.Follow"/>
    public static T Follow<T>(TextWriter error, string title, string unit, Func<IProgress<WorkProgress>, T> work)
    {
        var lines = new Lines(error, title, unit);
        var result = work(lines);
        lines.End();
        return result;
    }

    sealed class Lines(TextWriter error, string title, string unit) : IProgress<WorkProgress>
    {
        readonly Lock writing = new();
        readonly Stopwatch clock = Stopwatch.StartNew();
        WorkProgress last;
        long first;
        bool hasBegun;
        TimeSpan due = interval;

        public void Report(WorkProgress value)
        {
            lock (writing)
            {
                if (!hasBegun)
                    (hasBegun, first) = (true, value.Done);
                last = value;
                if (clock.Elapsed < due || (value.Total > 0 && value.Done >= value.Total)) // the end has a line of its own
                    return;
                due = clock.Elapsed + interval;
                error.WriteLine(Text());
            }
        }

        public void End()
        {
            lock (writing)
            {
                if (hasBegun)
                    error.WriteLine(Text());
            }
        }

        string Text()
        {
            var seconds = clock.Elapsed.TotalSeconds;
            var rate = (last.Done - first) / Math.Max(seconds, 1e-9);
            var isOver = last.Done >= last.Total;
            return string.Concat(
                string.Create(null, $"{title}: {last.Done}"),
                last.Total > 0 ? string.Create(null, $"/{last.Total}") : "",
                string.Create(null, $" {unit}, {Rates.Text(rate)}/s"),
                !isOver && rate > 0 ? string.Create(null, $", {Durations.Text(TimeSpan.FromSeconds((last.Total - last.Done) / rate))} left") : string.Create(null, $", {Durations.Text(clock.Elapsed)}"),
                last.Details.Length > 0 ? $", {last.Details}" : "");
        }
    }
}
