namespace ResNet.Cli.Output;

/// <summary>How fast work is done, as people read it.</summary>
static class Rates
{
    /// <summary>"0.705", "25.3" or "2520": three digits, and all those before the point.</summary>
    public static string Text(double perSecond) => perSecond >= 100 ? FormattableString.Invariant($"{perSecond:F0}") : FormattableString.Invariant($"{perSecond:G3}");
}
