using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Benchmarks.Measuring;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>From paths to predicted labels with this library: decoding, resizing, the network in batches, every row through the data view.</summary>
sealed class ScoredFiles(SideSettings settings) : ISide
{
    readonly MLContext mlContext = new();
    readonly string[] files = Photographs.In(settings.Photos);
    readonly Pipeline pipeline = new(settings);

    public Measurement Round(int images)
    {
        var rows = mlContext.Data.LoadFromEnumerable(Photographs.Rows(files, images));
        var clock = Stopwatch.StartNew();
        var labels = pipeline.Model.Transform(rows).GetColumn<uint>("PredictedLabel").Count();
        return new(labels, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => pipeline.Dispose();

    /// <summary>The classifier, and the transformer that uses it.</summary>
    public sealed class Pipeline : IDisposable
    {
        readonly ImageClassifier classifier;

        public Pipeline(SideSettings settings)
        {
            var mlContext = new MLContext();
            classifier = Classifiers.Seeded(settings);
            Model = mlContext.Transforms.ResNetScorer(classifier, imageColumnName: nameof(ImageFile.ImagePath)).Fit(mlContext.Data.LoadFromEnumerable<ImageFile>([]));
        }

        public ResNetClassifierTransformer Model { get; }

        public void Dispose()
        {
            Model.Dispose();
            classifier.Dispose();
        }
    }
}
