using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ResNet.Benchmarks.Measuring;

namespace ResNet.Benchmarks.Sides;

/// <summary>This program once more, as the process of one side. It waits between rounds, so that the others have the machine.</summary>
/// <remarks>libtorch and ONNX Runtime keep threads that disturb one another in one process.</remarks>
sealed class SideProcess : IDisposable
{
    public const string Command = "side";

    readonly SideSettings settings;
    readonly Process process;

    /// <param name="settings">What it measures.</param>
    /// <param name="environment">Further variables of its environment.</param>
    public SideProcess(SideSettings settings, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        this.settings = settings;
        var start = new ProcessStartInfo("dotnet", [typeof(SideProcess).Assembly.Location, Command, JsonSerializer.Serialize(settings)]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in SideKind.Find(settings.Side).Environment.Concat(environment))
            start.Environment[name] = value;
        process = Process.Start(start)!;
    }

    /// <summary>Its number in the system.</summary>
    public int Id => process.Id;

    /// <summary>Has it do a round.</summary>
    /// <param name="images">How much.</param>
    /// <param name="other">Told of every other line that the process writes meanwhile.</param>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public Measurement Round(int images, Action<string>? other = null)
    {
        Ask(images);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith('{'))
                return JsonSerializer.Deserialize<Measurement>(line)!;
            other?.Invoke(line);
        }
        process.WaitForExit();
        throw new InvalidOperationException($"The process of {settings.Side} with {settings.Network} ended with exit code {process.ExitCode} and without a measurement; its own error stands above.");
    }

    void Ask(int images)
    {
        try
        {
            process.StandardInput.WriteLine(images.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It has ended: there will be no answer to read.
        }
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended by itself.
        }
        if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
