using System.CommandLine;
using ResNet.Cli.Output;

namespace ResNet.Cli;

/// <summary>A command of the tool: it has an example, and ends with an exit code whatever happens.</summary>
/// <param name="name">What it is called on the command line.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="examples">Command lines that work, shown by <c>--help</c>.</param>
sealed class ToolCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    /// <summary>Command lines that work.</summary>
    public IReadOnlyList<string> Examples => examples;

    /// <summary>Sets what the command does.</summary>
    /// <param name="run">Does it; what it throws becomes one line on standard error and an exit code.</param>
    /// <returns>The command itself.</returns>
    public ToolCommand Runs(Func<CommandRun, Task<int>> run)
    {
        SetAction(async (arguments, cancellation) =>
        {
            var (output, error) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
            try
            {
                return await run(new(arguments, new CommandOutput(output, error, arguments.GetValue(CommonOptions.Json)), cancellation));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await error.WriteLineAsync("Stopped.");
                return ExitCode.Cancelled;
            }
            catch (Exception e)
            {
                var isVerbose = arguments.GetValue(CommonOptions.Verbose);
                await error.WriteLineAsync($"error: {(isVerbose ? e.ToString() : ErrorText.Of(e))}");
                return (e as CommandException)?.ExitCode ?? ExitCode.Failed;
            }
        });
        return this;
    }

    /// <inheritdoc cref="Runs(Func{CommandRun, Task{int}})"/>
    public ToolCommand Runs(Action<CommandRun> run) => Runs(arguments =>
    {
        run(arguments);
        return Task.FromResult(ExitCode.Success);
    });
}
