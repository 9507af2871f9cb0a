using System.Diagnostics;
using System.Globalization;

namespace ResNet.Benchmarks.Sampling;

/// <summary>Samples what a process does, by Linux's perf: so many times in each second that one of its threads has a processor.</summary>
sealed class PerfRecord : IDisposable
{
    /// <summary>No divisor of what runs in milliseconds.</summary>
    public const int SamplesPerSecond = 997;

    /// <summary>What a process sets for perf to know its compiled methods; those that it does not know are then oneDNN's kernels.</summary>
    public static readonly KeyValuePair<string, string>[] Environment = [new("DOTNET_PerfMapEnabled", "3"), new("DOTNET_EnableWriteXorExecute", "0")];

    readonly string data = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.perf");
    readonly int processId;
    readonly Process recorder;

    /// <summary>Begins.</summary>
    /// <exception cref="InvalidOperationException">There is no perf, or it may not.</exception>
    public PerfRecord(int processId)
    {
        this.processId = processId;
        recorder = Start("record", "-e", "cpu-clock", "-F", $"{SamplesPerSecond}", "-p", $"{processId}", "-o", data);
        if (recorder.WaitForExit(TimeSpan.FromSeconds(1))) // it has attached by then
            throw new InvalidOperationException($"perf record ended with exit code {recorder.ExitCode}: {recorder.StandardError.ReadToEnd().Trim()} Samples are taken by Linux's perf (Debian: package linux-perf), which a user may run where /proc/sys/kernel/perf_event_paranoid is at most 2.");
    }

    /// <summary>Ends, and gives what was found.</summary>
    /// <returns>Samples by library and function; a function that perf does not know is a number.</returns>
    public IReadOnlyList<Samples> End()
    {
        using (var interrupt = Process.Start("kill", ["-INT", $"{recorder.Id}"]))
            interrupt.WaitForExit();
        recorder.WaitForExit();
        using var report = Start("report", "-i", data, "--stdio", "--no-children", "-F", "sample,dso,sym", "-t", ";", "-w", "0");
        var errors = report.StandardError.ReadToEndAsync();
        var lines = report.StandardOutput.ReadToEnd().Split('\n');
        report.WaitForExit();
        return report.ExitCode == 0
            ? [.. lines.Where(line => line.Length > 0 && line[0] != '#').Select(Parse)]
            : throw new InvalidOperationException($"perf report ended with exit code {report.ExitCode}: {errors.Result.Trim()}");
    }

    /// <summary>"  42;libtorch_cpu.so;[.] at::native::add".</summary>
    static Samples Parse(string line)
    {
        var fields = line.Split(';', 3, StringSplitOptions.TrimEntries);
        return new(int.Parse(fields[0], CultureInfo.InvariantCulture), fields[1], fields[2][4..]);
    }

    static Process Start(params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("perf", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"perf cannot be started ({e.Message}); it is Linux's (Debian: package linux-perf).", e);
        }
    }

    public void Dispose()
    {
        if (!recorder.HasExited)
            recorder.Kill();
        recorder.Dispose();
        File.Delete(data);
        File.Delete($"/tmp/perf-{processId}.map"); // where .NET writes it and perf reads it
    }
}

/// <summary>How often a function was found at work.</summary>
sealed record Samples(int Count, string Library, string Function);
