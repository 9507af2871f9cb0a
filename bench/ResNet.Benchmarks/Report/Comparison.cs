using ResNet.Benchmarks.Measuring;

namespace ResNet.Benchmarks.Report;

/// <summary>Figures of two sides, round by round.</summary>
/// <param name="Network">What ran.</param>
/// <param name="What">Our side.</param>
/// <param name="Against">The other.</param>
/// <param name="Unit">The figures' unit.</param>
/// <param name="Ours">A figure of each round.</param>
/// <param name="Theirs">As many of the other side.</param>
/// <param name="Goal">What the ratio should be; null where it is only stated.</param>
sealed record Comparison(string Network, string What, string Against, string Unit, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs, Goal? Goal)
{
    /// <summary>Images of a round, of either side.</summary>
    public required string Images { get; init; }

    /// <summary>What was read.</summary>
    public required string Data { get; init; }

    public Result ToResult(string row, string command)
    {
        var ratio = Spread.OfRatios(Ours, Theirs);
        Console.WriteLine($"{row} {Network}, {Unit}: {ratio}{(Goal is null ? "" : $", {Goal.Text} wanted")}");
        return new()
        {
            Row = row,
            Network = Network,
            What = What,
            Against = Against,
            Unit = Unit,
            Ours = Ours.Median(),
            Theirs = Theirs.Median(),
            Ratio = ratio.Median,
            Least = ratio.Least,
            Most = ratio.Most,
            Goal = Goal?.Text ?? "",
            Reached = Goal is null ? "" : Goal.IsReached(ratio) ? "yes" : "no",
            Rounds = Ours.Count,
            Images = Images,
            Data = Data,
            Machine = Machine.Description,
            Versions = Machine.Versions,
            Command = command,
        };
    }
}
