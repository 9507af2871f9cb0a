using System.Diagnostics;

namespace ResNet.Torch.Tests.Training.Checkpoints;

/// <summary>A training with checkpoints in a process that can be killed, or has less room than it needs.</summary>
static class TrainingProcess
{
    public const string Verb = "train-for-a-test";

    const string Weights = "weights ", Warning = "warning ";

    /// <summary>What it does, without a place for checkpoints.</summary>
    public static TrainingOptions Options { get; } = TinyTraining.Options with { Epochs = 12, Regularization = new() { WeightAverageDecay = 0.9 } };

    public static LabelledImages Validation => TinyTraining.Images(9, seed: 5);

    /// <summary>The process's own part: trains, and prints the warnings and what the weights came to.</summary>
    public static int Train(string folder)
    {
        OneThread.Use(null!);
        using var validation = Validation;
        var progress = new Recorder();
        Console.WriteLine(Weights + TinyTraining.TrainedWeights(Options with { Checkpoints = new() { Folder = folder } }, validation, progress));
        foreach (var warning in progress.Warnings)
            Console.WriteLine(Warning + warning);
        return 0;
    }

    /// <summary>Starts it; the caller ends and disposes it.</summary>
    public static Process Start(string folder) => TestProcess.Start(Verb, folder);

    /// <summary>Starts it where no file may grow beyond a size, as on a full disk; Unix only.</summary>
    public static Process StartWithFilesOfAtMost(int kilobytes, string folder) => TestProcess.StartWithFilesOfAtMost(kilobytes, Verb, folder);

    /// <summary>Waits for its end; null when it was killed.</summary>
    public static (string Weights, string[] Warnings)? Result(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode == TestProcess.Killed)
            return null;
        Assert.AreEqual(0, process.ExitCode, error.Result);
        return (lines.Single(line => line.StartsWith(Weights, StringComparison.Ordinal))[Weights.Length..],
            [.. lines.Where(line => line.StartsWith(Warning, StringComparison.Ordinal)).Select(line => line[Warning.Length..])]);
    }
}
