using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Results;

/// <summary>ML.NET's learners on features of a network that was trained on other pictures, and on the pixels themselves.</summary>
/// <param name="weights">A checkpoint of a resnet20 for CIFAR-10.</param>
/// <param name="seed">ML.NET's seed.</param>
sealed class FeatureLearners(string weights, int seed)
{
    const int Side = 32, PixelCount = 28 * 28, Classes = 10;

    readonly MLContext mlContext = new(seed);

    /// <summary>Some images twice: in colours and of the network's size, and as they are published.</summary>
    public sealed record Images(LabelledImages Colour, LabelledImages Grey, int[] Indices);

    sealed class Row
    {
        [ImageType(Side, Side)]
        public required MLImage Image { get; init; }

        [VectorType(PixelCount)]
        public required float[] Pixels { get; init; }

        [KeyType(Classes)]
        public required uint Label { get; init; }
    }

    /// <summary>Trains each learner on both, with its own defaults, and prints the test accuracies.</summary>
    public void Run(Images training, Images test)
    {
        var network = new ResidualNetwork(ResNetVariant.ResNet20, Classes);
        network.LoadWeights(weights);
        using var classifier = new ImageClassifier(network, ImagePreset.ImageNet(Side, Side), [.. Enumerable.Range(0, Classes).Select(i => $"{i}")]);
        var clock = Stopwatch.StartNew();
        using var featurizer = mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { ScoringBatchSize = 256 }).Fit(Rows(training));
        var (few, all) = (Featured(training), Featured(test));
        Console.WriteLine(FormattableString.Invariant($"features: {featurizer.FeatureCount} of stage {featurizer.Stage} for {training.Indices.Length} and {test.Indices.Length} images, {clock.Elapsed.TotalSeconds:F0} s"));
        foreach (var column in new[] { "Features", nameof(Row.Pixels) })
        {
            // One thread: the same figures again.
            Measure("SDCA", mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options { FeatureColumnName = column, NumberOfThreads = 1 }), column, few, all);
            Measure("LightGBM", mlContext.MulticlassClassification.Trainers.LightGbm(featureColumnName: column), column, few, all);
        }

        IDataView Featured(Images images)
        {
            var cached = mlContext.Data.Cache(featurizer.Transform(Rows(images)), nameof(Row.Label), nameof(Row.Pixels), "Features");
            _ = cached.GetColumn<float[]>("Features").Count();
            return cached;
        }
    }

    void Measure(string name, IEstimator<ITransformer> learner, string column, IDataView training, IDataView test)
    {
        var clock = Stopwatch.StartNew();
        var model = mlContext.Transforms.NormalizeMinMax(column).Append(learner).Fit(training);
        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        Console.WriteLine(FormattableString.Invariant($"features: {name} on {column.ToLowerInvariant()}, seed {seed}: test accuracy {metrics.MicroAccuracy:F4}, {clock.Elapsed.TotalSeconds:F1} s"));
    }

    IDataView Rows(Images images) => mlContext.Data.LoadFromEnumerable(images.Indices.Select(index => new Row
    {
        Image = Image(images.Colour, index),
        Pixels = Array.ConvertAll(PixelsOf(images.Grey, index), value => (float)value),
        Label = (uint)images.Colour.Label(index) + 1,
    }));

    static MLImage Image(LabelledImages images, int index) =>
        MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, PixelsOf(images, index).Chunk(3).SelectMany(rgb => (byte[])[.. rgb, byte.MaxValue]).ToArray());

    static byte[] PixelsOf(LabelledImages images, int index)
    {
        var pixels = new byte[images.Preset.ImageBytes];
        images.CopyPixels(index, pixels);
        return pixels;
    }
}
