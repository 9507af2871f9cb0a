namespace ResNet.Cli.Verifying;

/// <summary>An entry of a reference file beside what this build gives.</summary>
/// <param name="Name">The entry: a network, an image, a run.</param>
/// <param name="Figures">Each of its figures; none where it could not be computed.</param>
/// <param name="Error">Why it could not; null where it was.</param>
internal sealed record VerifiedEntry(string Name, IReadOnlyList<ComparedFigure> Figures, string? Error = null)
{
    public bool Passed => Error is null && Figures.All(figure => figure.Passed);

    public static VerifiedEntry Failed(string name, string error) => new(name, [], error);
}

/// <summary>Values of one kind beside the reference's.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Difference">The largest difference.</param>
/// <param name="Tolerance">The largest that passes.</param>
/// <param name="Unit">What both are measured in.</param>
internal sealed record ComparedFigure(string Name, double Difference, double Tolerance, string Unit)
{
    /// <summary>What is no number does not pass.</summary>
    public bool Passed => Difference <= Tolerance;

    /// <summary>Values that must be equal, such as counts.</summary>
    public static ComparedFigure Exact(string name, long expected, long actual) => new(name, Math.Abs(expected - actual), 0, "exact");

    public static ComparedFigure Of(string name, IEnumerable<double> expected, IEnumerable<double> actual, double tolerance, string unit) =>
        new(name, Largest(expected, actual), tolerance, unit);

    /// <summary>Differences as a share of the largest expected value.</summary>
    public static ComparedFigure OfLargest(string name, IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        var (difference, scale) = (Largest(expected, actual), expected.Max(Math.Abs));
        return new(name, difference == 0 ? 0 : difference / scale, tolerance, "of the largest");
    }

    /// <summary>Differences as a share of each expected value.</summary>
    public static ComparedFigure OfEach(string name, IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance) =>
        new(name, expected.Zip(actual, (e, a) => e == a ? 0 : Math.Abs((e - a) / e)).Max(), tolerance, "of each");

    static double Largest(IEnumerable<double> expected, IEnumerable<double> actual) => expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
}
