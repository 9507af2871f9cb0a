using System.CommandLine;
using ResNet.Cli.Output;

namespace ResNet.Cli;

/// <summary>One run of a command.</summary>
/// <param name="Arguments">What stands on the command line.</param>
/// <param name="Output">Where results, progress and notes go.</param>
/// <param name="Cancellation">Ctrl-C; a command that stops because of it throws <see cref="OperationCanceledException"/>.</param>
sealed record CommandRun(ParseResult Arguments, CommandOutput Output, CancellationToken Cancellation)
{
    /// <summary>The value of an option; its default where it was not given.</summary>
    public T? Value<T>(Option<T> option) => Arguments.GetValue(option);

    /// <summary>The value of an argument that must be given.</summary>
    public T Required<T>(Argument<T> argument) => Arguments.GetRequiredValue(argument);
}
