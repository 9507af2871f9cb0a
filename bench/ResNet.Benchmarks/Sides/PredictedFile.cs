using System.Diagnostics;
using Microsoft.ML;
using ResNet.Benchmarks.Measuring;

namespace ResNet.Benchmarks.Sides;

/// <summary>One image at a time through a prediction engine, from its path to the best of its scores, each timed.</summary>
sealed class PredictedFile : ISide
{
    readonly string[] files;
    readonly IDisposable pipeline;
    readonly PredictionEngine<ImageFile, Prediction> engine;

    PredictedFile(SideSettings settings, IDisposable pipeline, ITransformer model)
    {
        (this.pipeline, files) = (pipeline, Photographs.In(settings.Photos));
        engine = new MLContext().Model.CreatePredictionEngine<ImageFile, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
    }

    public static PredictedFile WithScorer(SideSettings settings)
    {
        var pipeline = new ScoredFiles.Pipeline(settings);
        return new(settings, pipeline, pipeline.Model);
    }

    public static PredictedFile WithOnnx(SideSettings settings)
    {
        var pipeline = new OnnxFiles.Pipeline(settings);
        return new(settings, pipeline, pipeline.Model);
    }

    public Measurement Round(int images)
    {
        var seconds = Photographs.Rows(files, images).Select(Seconds).ToArray();
        return new(images, seconds.Sum()) { Each = seconds };
    }

    double Seconds(ImageFile row)
    {
        var clock = Stopwatch.StartNew();
        var score = engine.Predict(row).Score;
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
