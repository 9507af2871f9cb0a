using System.Diagnostics;
using Microsoft.ML;
using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Sides.Pipelines;

namespace ResNet.Benchmarks.Sides;

/// <summary>From paths to predicted classes through ML.NET: decoding, resizing, the network, every row through the data view.</summary>
sealed class ScoredFiles(SideSettings settings, FilePipeline pipeline) : ISide
{
    readonly MLContext mlContext = new();
    readonly string[] files = Photographs.In(settings.Photos);

    public Measurement Round(int images)
    {
        var rows = mlContext.Data.LoadFromEnumerable(Photographs.Rows(files, images));
        var clock = Stopwatch.StartNew();
        var classes = pipeline.Classes(pipeline.Model.Transform(rows)).Count();
        return new(classes, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => pipeline.Dispose();
}
