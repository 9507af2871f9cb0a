using System.Diagnostics;
using System.Text.Json;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>examples/score.cs, built once into a folder of its own and run as a process that shares nothing with the tests.</summary>
[TestClass]
public static class ScoreProgram
{
    static readonly JsonSerializerOptions camelCase = new(JsonSerializerDefaults.Web);

    /// <summary>A file of 51 bytes that ONNX Runtime keeps there for its telemetry, one for all processes; there is none with ORT_DISABLE_TELEMETRY=1.</summary>
    public const string OnnxRuntimesFile = ".ses";

    static readonly Lazy<TemporaryFolder> built = new(Build);

    /// <summary>What one line of its JSON says.</summary>
    public sealed record Line(string File, string PredictedLabel, string[] Classes, float[] Scores);

    /// <summary>What a run came to, with what it left among the temporary files.</summary>
    public sealed record Result(int ExitCode, string Output, string Error, string[] Leftovers);

    /// <summary>The folder that it was built into, which is all that it needs.</summary>
    public static string Folder => built.Value.Path;

    public static Result Run(params string[] arguments)
    {
        using var temporary = new TemporaryFolder();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folder, "score.dll"), .. arguments])
        {
            Environment = { ["TMPDIR"] = temporary.Path, ["TEMP"] = temporary.Path, ["TMP"] = temporary.Path },
        };
        var (exitCode, output, error) = Finish(start);
        return new(exitCode, output, error, [.. Directory.GetFileSystemEntries(temporary.Path).Select(path => Path.GetFileName(path)).Where(name => name != OnnxRuntimesFile)]);
    }

    public static Line[] Score(string model, params string[] images)
    {
        var result = Run(["--json", model, .. images]);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsEmpty(result.Leftovers);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Line>(line, camelCase)!)];
    }

    static TemporaryFolder Build()
    {
        var folder = new TemporaryFolder();
        var (exitCode, output, error) = Finish(new("dotnet", ["build", Path.Combine(Repository.Root!.FullName, "examples", "score.cs"), "-c", "Release", "-o", folder.Path]));
        Assert.AreEqual(0, exitCode, output + error);
        return folder;
    }

    static (int ExitCode, string Output, string Error) Finish(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [AssemblyCleanup]
    public static void Remove()
    {
        if (built.IsValueCreated)
            built.Value.Dispose();
    }
}
