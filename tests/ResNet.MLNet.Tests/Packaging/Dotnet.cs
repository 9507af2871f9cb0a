using System.Diagnostics;

namespace ResNet.MLNet.Tests.Packaging;

/// <summary>The dotnet command, or a program beside it, in a folder.</summary>
static class Dotnet
{
    /// <summary>Runs it to a good end, and gives what it wrote.</summary>
    public static string Run(string folder, params string[] arguments) => Run(folder, new ProcessStartInfo("dotnet", arguments));

    /// <summary>Runs a program to a good end, and gives what it wrote.</summary>
    public static string Run(string folder, ProcessStartInfo start)
    {
        start.WorkingDirectory = folder;
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        // What this process was started with is for the repository's own projects.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{start.FileName} {string.Join(' ', start.ArgumentList)}\n{output}{error.Result}");
        return output;
    }
}
