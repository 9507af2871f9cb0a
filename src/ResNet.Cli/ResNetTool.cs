using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ResNet.Cli.Commands;

namespace ResNet.Cli;

/// <summary>The tool: its commands, and one run of one of them.</summary>
static class ResNetTool
{
    /// <summary>What the tool is called in its help; <c>ToolCommandName</c> of the project.</summary>
    public const string Name = "resnet";

    /// <summary>The command line, with a command for each thing that the tool does.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("Residual networks for image classification: train, evaluate, export and run them.") { HelpName = Name };
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Verbose);
        foreach (var command in (IEnumerable<Command>)
        [
            ModelsCommand.Create(),
            SummaryCommand.Create(),
            TrainCommand.Create(),
            FindLearningRateCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            VerifyCommand.Create(),
            ExportCommand.Create(),
        ])
        {
            root.Add(command);
        }
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!);
        return root;
    }

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">What stands after the tool's name.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">Progress, notes and errors.</param>
    /// <param name="cancellation">Stops the command as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            foreach (var fault in parsed.Errors)
                await error.WriteLineAsync($"error: {fault.Message.ReplaceLineEndings(" ")}");
            await error.WriteLineAsync($"'{CommandPath(parsed.CommandResult.Command)} --help' says how it is used.");
            return ExitCode.BadUsage;
        }
        return await parsed.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellation);
    }

    static string CommandPath(Command command) => command is RootCommand ? Name : $"{Name} {command.Name}";
}
