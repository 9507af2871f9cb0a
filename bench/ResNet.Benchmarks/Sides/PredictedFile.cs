using System.Diagnostics;
using Microsoft.ML;
using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Sides.Pipelines;

namespace ResNet.Benchmarks.Sides;

/// <summary>One image at a time through a prediction engine, from its path to the best of its scores, each timed.</summary>
sealed class PredictedFile : ISide
{
    /// <summary>Images before each round that are not timed: the other side has had the caches, and this one's threads sleep.</summary>
    const int Before = 3;

    readonly string[] files;
    readonly FilePipeline pipeline;
    readonly PredictionEngine<ImageFile, Prediction> engine;

    int next;

    public PredictedFile(SideSettings settings, FilePipeline pipeline)
    {
        (this.pipeline, files) = (pipeline, Photographs.In(settings.Photos));
        engine = new MLContext().Model.CreatePredictionEngine<ImageFile, Prediction>(pipeline.Model, new PredictionEngineOptions { OwnsTransformer = false });
    }

    public Measurement Round(int images)
    {
        for (var i = 0; i < Before; i++)
            _ = Seconds(files[(next + i) % files.Length]);
        var seconds = new double[images];
        for (var i = 0; i < images; i++, next = (next + 1) % files.Length)
            seconds[i] = Seconds(files[next]);
        return new(images, seconds.Sum()) { Each = seconds };
    }

    double Seconds(string file)
    {
        var clock = Stopwatch.StartNew();
        var score = engine.Predict(new() { ImagePath = file }).Score;
        _ = score.AsSpan().IndexOf(score.Max());
        return clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        engine.Dispose();
        pipeline.Dispose();
    }

    sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
