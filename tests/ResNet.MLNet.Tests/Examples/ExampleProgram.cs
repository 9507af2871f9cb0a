using System.Diagnostics;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>A program of the examples, started as a user starts it.</summary>
static class ExampleProgram
{
    static readonly HashSet<string> built = [];

    /// <summary>What a run came to.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        public string[] Lines => Output.Trim().Split('\n', StringSplitOptions.TrimEntries);
    }

    /// <summary>Runs it in a folder, which is its user's home too.</summary>
    public static Result Run(string example, string folder, params string[] arguments)
    {
        // It is built when it is first started; looking whether it is still up to date takes seconds.
        string[] build = built.Add(example) ? [] : ["--no-build"];
        string[] home = ["-e", $"XDG_DATA_HOME={folder}", "-e", $"LOCALAPPDATA={folder}"]; // the program's, not that of its build
        var start = new ProcessStartInfo("dotnet", ["run", .. build, .. home, Path.Combine(Repository.Root!.FullName, "examples", example), "--", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    /// <summary>Runs it to a good end, and gives its last line.</summary>
    public static string LastLine(string example, string folder, params string[] arguments)
    {
        var result = Run(example, folder, arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
        return result.Lines[^1];
    }
}
