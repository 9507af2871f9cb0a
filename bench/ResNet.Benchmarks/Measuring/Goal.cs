namespace ResNet.Benchmarks.Measuring;

/// <summary>What a ratio should be.</summary>
/// <param name="Text">In words, for the table.</param>
/// <param name="IsReached">Whether measured ratios are so.</param>
sealed record Goal(string Text, Func<Spread, bool> IsReached)
{
    /// <summary>The median is that much or more: for rates.</summary>
    public static Goal AtLeast(double bound) => new(FormattableString.Invariant($"at least {bound}"), ratio => ratio.Median >= bound);

    /// <summary>The median is that much or less: for times.</summary>
    public static Goal AtMost(double bound) => new(FormattableString.Invariant($"at most {bound}"), ratio => ratio.Median <= bound);

    /// <summary>No ratio of all is more: for what must not grow.</summary>
    public static Goal NeverAbove(double bound) => new(FormattableString.Invariant($"never above {bound}"), ratio => ratio.Most <= bound);
}
