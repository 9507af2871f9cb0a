using System.Diagnostics;
using System.Text.Json;

namespace ResNet.Cli.Tests;

/// <summary>What a run of the tool came to.</summary>
sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output, each a JSON object.</summary>
    public IReadOnlyList<JsonElement> Json => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The lines of standard error.</summary>
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Requires success.</summary>
    public ToolResult Succeeded()
    {
        Assert.AreEqual(Cli.ExitCode.Success, ExitCode, Error);
        return this;
    }

    /// <summary>Requires an exit code, and a single line that says why.</summary>
    /// <returns>The line.</returns>
    public string Failed(int exitCode)
    {
        Assert.AreEqual(exitCode, ExitCode, Error);
        Assert.AreEqual("", Output);
        var errors = ErrorLines.Where(line => line.StartsWith("error: ", StringComparison.Ordinal)).ToList();
        Assert.HasCount(1, errors, Error);
        Assert.DoesNotContain("   at ", Error);
        return errors[0];
    }
}

/// <summary>Runs the tool.</summary>
static class Tool
{
    /// <summary>In this process, with captured writers.</summary>
    public static ToolResult Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    /// <inheritdoc cref="Run(string[])"/>
    public static ToolResult Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = ResNetTool.RunAsync(arguments, output, error, cancellation).GetAwaiter().GetResult();
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>As a process of its own, as a user starts it; the caller ends and disposes it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [typeof(ResNetTool).Assembly.Location, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["OMP_NUM_THREADS"] = "1" },
    })!;

    /// <summary>As a process of its own, to its end.</summary>
    public static ToolResult RunProcess(params string[] arguments)
    {
        using var process = Start(arguments);
        return End(process);
    }

    /// <summary>Stops a process as Ctrl-C does; not on Windows, where no SIGINT can be sent to one process.</summary>
    public static void Interrupt(Process process)
    {
        foreach (var signal in (string[])["-INT", "-TERM"]) // a shell's background job ignores the first, and so does what it starts
        {
            using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
            kill.WaitForExit();
            if (process.WaitForExit(TimeSpan.FromSeconds(5)))
                return;
        }
    }

    /// <summary>Waits for a process.</summary>
    public static ToolResult End(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }
}
