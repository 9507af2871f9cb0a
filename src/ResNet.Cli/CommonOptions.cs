using System.CommandLine;

namespace ResNet.Cli;

/// <summary>Options of every command.</summary>
static class CommonOptions
{
    /// <summary>Results as JSON.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Results as JSON, an object on each line of standard output; progress stays on standard error.", Recursive = true };

    /// <summary>Errors with where they arose.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Errors with their stack trace, and what ML.NET logs.", Recursive = true };
}
