namespace ResNet.Cli;

/// <summary>What a process ends with.</summary>
static class ExitCode
{
    /// <summary>It did what was asked.</summary>
    public const int Success = 0;

    /// <summary>It failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int BadUsage = 2;

    /// <summary>Ctrl-C or SIGTERM stopped it: 128 + SIGINT, as shells have it.</summary>
    public const int Cancelled = 130;
}
