namespace ResNet.Cli;

/// <summary>The command cannot do what was asked; the message says why, and what to do.</summary>
class CommandException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the process ends with.</summary>
    public virtual int ExitCode => Cli.ExitCode.Failed;
}

/// <summary>The command line asks for what does not go together, or names what there is not.</summary>
sealed class UsageException(string message, Exception? inner = null) : CommandException(message, inner)
{
    public override int ExitCode => Cli.ExitCode.BadUsage;
}
