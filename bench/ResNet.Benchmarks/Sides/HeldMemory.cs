using System.Diagnostics;
using Microsoft.ML;
using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Sides.Pipelines;
using static TorchSharp.torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>Rows scored on and on, in passes of 10,000 over a data view, and what the process holds after each round.</summary>
sealed class HeldMemory(SideSettings settings) : ISide
{
    const int RowsOfAPass = 10_000;

    readonly MLContext mlContext = new();
    readonly string[] files = Photographs.In(settings.Photos);
    readonly ScorerPipeline pipeline = new(settings);
    IEnumerator<int>? classes;

    public Measurement Round(int images)
    {
        var clock = Stopwatch.StartNew();
        for (var row = 0; row < images; row++)
            MoveNext();
        var seconds = clock.Elapsed.TotalSeconds;
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        return new(images, seconds) { Memory = new(process.WorkingSet64, managed, Tensor.TotalCount) };
    }

    void MoveNext()
    {
        while (classes is null || !classes.MoveNext())
        {
            classes?.Dispose();
            classes = pipeline.Classes(pipeline.Model.Transform(mlContext.Data.LoadFromEnumerable(Photographs.Rows(files, RowsOfAPass)))).GetEnumerator();
        }
    }

    public void Dispose()
    {
        classes?.Dispose();
        pipeline.Dispose();
    }
}
