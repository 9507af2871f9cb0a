using ResNet.Benchmarks.Measuring;

namespace ResNet.Benchmarks.Report;

/// <summary>A line of benchmarks.csv.</summary>
sealed record Result
{
    public required string Row { get; init; }

    public required string Network { get; init; }

    public required string What { get; init; }

    public required string Against { get; init; }

    public required string Unit { get; init; }

    /// <summary>Median of our rounds.</summary>
    public required double Ours { get; init; }

    /// <summary>Median of the other side's.</summary>
    public required double Theirs { get; init; }

    /// <summary>Median of the rounds' ratios.</summary>
    public required double Ratio { get; init; }

    public required double Least { get; init; }

    public required double Most { get; init; }

    /// <summary>Empty where the ratio is only stated.</summary>
    public required string Goal { get; init; }

    /// <summary>"yes", "no", or empty without a goal.</summary>
    public required string Reached { get; init; }

    public required int Rounds { get; init; }

    public required string Images { get; init; }

    /// <summary>What was read.</summary>
    public required string Data { get; init; }

    /// <summary>Processor, cores, memory, system.</summary>
    public required string Machine { get; init; }

    public required string Versions { get; init; }

    public required string Command { get; init; }

    /// <summary>Its line of the summary.</summary>
    public string ToTableRow() => FormattableString.Invariant(
        $"| {Row} | {Network} | {What}: {Figure(Ours)} {Unit} | {Against}: {Figure(Theirs)} {Unit} | {new Spread(Ratio, Least, Most)} | {(Goal.Length > 0 ? Goal : "stated")} | {Reached} | {Rounds} × {Images} |");

    static string Figure(double value) => FormattableString.Invariant(value switch
    {
        >= 100 => $"{value:F0}",
        >= 10 => $"{value:F1}",
        _ => $"{value:F2}",
    });
}
