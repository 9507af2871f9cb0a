using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ResNet.Cli.Tests.Predicting;

/// <summary><c>resnet predict … -</c> as a process, with its standard input in the test's hands.</summary>
sealed class PredictProcess : IDisposable
{
    static readonly UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);

    readonly Process process;
    readonly Task<string> error;

    public PredictProcess(params string[] arguments)
    {
        process = Process.Start(new ProcessStartInfo("dotnet", [typeof(ResNetTool).Assembly.Location, "predict", .. arguments, "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            Environment =
            {
                ["OMP_NUM_THREADS"] = "1",
                ["LC_ALL"] = "de_DE.ISO-8859-1",    // paths are in UTF-8 whatever the system's language is
                ["DOTNET_GCgen0size"] = "200000",   // 2 MiB: garbage does not pass for memory that grows, however large the processor's cache is
            },
        })!;
        error = process.StandardError.ReadToEndAsync();
    }

    public StreamWriter Input => process.StandardInput;

    public StreamReader Output => process.StandardOutput;

    /// <summary>The most memory that it has held so far, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>The next result; none within two minutes is a failure.</summary>
    public JsonElement Next()
    {
        var line = Output.ReadLineAsync();
        Assert.IsTrue(line.Wait(TimeSpan.FromMinutes(2)), "No result came.");
        Assert.IsNotNull(line.Result, "The results have ended.");
        return JsonDocument.Parse(line.Result).RootElement;
    }

    /// <summary>Stops it as Ctrl-C does; not on Windows.</summary>
    public void Interrupt() => Tool.Interrupt(process);

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, and what came on standard error.</returns>
    public (int ExitCode, string Error) End()
    {
        Assert.IsTrue(process.WaitForExit(TimeSpan.FromMinutes(2)), "It did not end.");
        return (process.ExitCode, error.Result);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
