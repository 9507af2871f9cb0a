namespace ResNet.Benchmarks.Measuring;

/// <summary>Ratios of several rounds.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
sealed record Spread(double Median, double Least, double Most)
{
    /// <summary>Divides round by round: what ran side by side was disturbed alike.</summary>
    /// <param name="ours">A figure of each round.</param>
    /// <param name="theirs">As many of the other side.</param>
    public static Spread OfRatios(IEnumerable<double> ours, IEnumerable<double> theirs) => Of([.. ours.Zip(theirs, (a, b) => a / b)]);

    static Spread Of(IReadOnlyList<double> values) => new(values.Median(), values.Min(), values.Max());

    /// <summary>"4.12 (3.98 to 4.20)".</summary>
    public override string ToString() => FormattableString.Invariant($"{Median:F2} ({Least:F2} to {Most:F2})");
}
