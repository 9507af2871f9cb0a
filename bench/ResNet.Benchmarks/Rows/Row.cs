using ResNet.Benchmarks.Report;

namespace ResNet.Benchmarks.Rows;

/// <summary>A benchmark of the table.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Description">What is measured against what.</param>
/// <param name="Run">Measures it, and writes its results.</param>
sealed record Row(string Name, string Description, Action<BenchmarkOptions> Run)
{
    public static readonly IReadOnlyList<Row> All =
    [
        Comparing("score-files", "Image files to predicted labels through ML.NET; ours against OnnxTransformer.", Scoring.Files),
        Comparing("score-forward", "The same against the network's own forward pass on ready batches.", Scoring.Forward),
        Comparing("latency", "One image at a time through a prediction engine, 50th and 99th percentile; ours against OnnxTransformer.", Scoring.Latency),
        Comparing("training", "Training images a second; ours against a plain TorchSharp loop.", Training.Photographs),
        Comparing("fit-fashion", "Fit on Fashion-MNIST against the bare training steps.", Training.Fashion),
        Comparing("memory", "Memory over 100,000 scored rows against that after the first 1,000.", MemoryOverRows.Run),
        Comparing("convolution", "Arithmetic of the scorer's forward pass against matrix products.", Scoring.Arithmetic),
        new("profile", "Where the time of scoring files and of training goes, by oneDNN's own account.", Profile.Run),
        new("processor", "What the processor does while files are scored, sampled by Linux's perf; a program with SkiaSharp and TorchSharp alone, and ours.", ProcessorTime.Run),
        new("small", "The pieces: decoding, resizing, a batch, a forward pass (BenchmarkDotNet).", SmallPieces.Run),
    ];

    static Row Comparing(string name, string description, Func<BenchmarkOptions, string, IEnumerable<Comparison>> compare) => new(name, description, options =>
        options.Output.Update(name, [.. compare(options, name).Select(comparison => comparison.ToResult(name, options.Command))]));
}
