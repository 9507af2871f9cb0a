using System.Diagnostics;
using System.Text.Json;

namespace ResNet.Torch.Tests.Export.TorchScript;

/// <summary>PyTorch itself, where Python has it (Debian: python3-torch and python3-torchvision).</summary>
static class PyTorch
{
    /// <summary>A Python that has torch and torchvision; null where there is none.</summary>
    public static string? Python { get; } =
        Array.Find(["/usr/bin/python3", "python3"], python => Start(python, ["-c", "import torch, torchvision"]) is (0, _, _));

    /// <summary>Runs a script and parses what it prints.</summary>
    public static JsonElement Run(string script, params string[] arguments)
    {
        var (exitCode, output, errors) = Start(Python!, ["-c", script, .. arguments]);
        Assert.AreEqual(0, exitCode, errors);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    static (int ExitCode, string Output, string Errors) Start(string python, string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["OMP_NUM_THREADS"] = "1";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(); // beside the output: either pipe could fill up
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "", $"{python} is not there"); // no such program
        }
    }
}
