using System.Diagnostics;

namespace ResNet.Torch.Tests;

/// <summary>This test program once more, as a process that can be killed, or has less room than it needs.</summary>
static class TestProcess
{
    /// <summary>The exit code of a process that was killed: 128 + SIGKILL.</summary>
    public const int Killed = 137;

    /// <summary>Starts it; the caller ends and disposes it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(Redirected(new("dotnet", Command(arguments))))!;

    /// <summary>Starts it with a folder of its own for temporary files.</summary>
    public static Process StartWithTemporaryFolder(string folder, params string[] arguments) =>
        Process.Start(Redirected(new("dotnet", Command(arguments)) { Environment = { ["TMPDIR"] = folder, ["TEMP"] = folder, ["TMP"] = folder } }))!;

    /// <summary>Starts it with variables in its environment; one that is null is taken out.</summary>
    public static Process StartWith(IEnumerable<KeyValuePair<string, string?>> variables, params string[] arguments)
    {
        var start = Redirected(new("dotnet", Command(arguments)));
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Starts it where no file may grow beyond a size, as on a full disk; Unix only.</summary>
    public static Process StartWithFilesOfAtMost(int kilobytes, params string[] arguments) =>
        // Else the system ends a process that writes more; the runtime's own mapping of executable pages is a large file.
        Process.Start(Redirected(new("bash", ["-c", "trap '' XFSZ; ulimit -f $0; exec dotnet \"$@\"", $"{kilobytes}", .. Command(arguments)])
        {
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        }))!;

    static string[] Command(string[] arguments) => [typeof(TestProcess).Assembly.Location, .. arguments];

    static ProcessStartInfo Redirected(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return start;
    }
}
