using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Results;

/// <summary>ML.NET's learners, with their own defaults, on features of networks and on the pixels themselves.</summary>
/// <param name="training">The images to learn from, grey and as they are published; they stay the caller's.</param>
/// <param name="test">The images to measure on, likewise.</param>
/// <param name="seed">ML.NET's seed.</param>
sealed class FeatureLearners(LabelledImages training, LabelledImages test, int seed)
{
    const int Side = 28, Classes = 10;

    /// <summary>Name of the column of pixels, for those that want them beside features.</summary>
    public const string Pixels = nameof(Row.Pixels);

    readonly MLContext mlContext = new(seed);
    readonly List<string> table = ["| set-up | columns | features | seconds for them | learner | seed | seconds | test accuracy |", "|---|---|---|---|---|---|---|---|"];

    sealed class Row
    {
        [ImageType(Side, Side)]
        public required MLImage Image { get; init; }

        [VectorType(Side * Side)]
        public required float[] Pixels { get; init; }

        [KeyType(Classes)]
        public required uint Label { get; init; }
    }

    /// <summary>The lines so far, as they stand in docs/results.md.</summary>
    public string Table => string.Join(Environment.NewLine, table);

    /// <summary>Name of the column of a stage's features, 1 the first.</summary>
    public static string Stage(int stage) => $"Stage{stage}";

    /// <summary>Measures the learners on the pixels.</summary>
    public void OnPixels() => Measure("pixels", new(mlContext, null, training), new(mlContext, null, test), [Pixels]);

    /// <summary>Measures the learners on features of a network.</summary>
    /// <param name="setUp">What the table calls it.</param>
    /// <param name="classifier">The network, whose preset resizes the images; it stays the caller's.</param>
    /// <param name="choices">Columns side by side (<see cref="Stage"/>, <see cref="Pixels"/>), for each measurement.</param>
    public void OnFeatures(string setUp, ImageClassifier classifier, params string[][] choices)
    {
        var (few, all) = (new FeaturedRows(mlContext, classifier, training), new FeaturedRows(mlContext, classifier, test));
        foreach (var columns in choices)
            Measure(setUp, few, all, columns);
    }

    /// <summary>Adds what a network says itself, which learners on its features compete with.</summary>
    public void AddNetwork(string setUp, double seconds, double accuracy) =>
        table.Add(FormattableString.Invariant($"| {setUp} |  |  |  | the network itself | {seed} | {seconds:F1} | {accuracy:F4} |"));

    void Measure(string setUp, FeaturedRows few, FeaturedRows all, string[] columns)
    {
        var seconds = few.Compute(columns) + all.Compute(columns);
        // One thread: the same figures again.
        Learn("SDCA", mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = 1 }));
        Learn("LightGBM", mlContext.MulticlassClassification.Trainers.LightGbm());

        void Learn(string name, IEstimator<ITransformer> learner)
        {
            var clock = Stopwatch.StartNew();
            var model = mlContext.Transforms.Concatenate("Features", columns).Append(mlContext.Transforms.NormalizeMinMax("Features")).Append(learner).Fit(few.View);
            var scored = model.Transform(all.View);
            var metrics = mlContext.MulticlassClassification.Evaluate(scored);
            var count = ((VectorDataViewType)scored.Schema["Features"].Type).Size;
            table.Add(FormattableString.Invariant($"| {setUp} | {string.Join(" + ", columns)} | {count} | {seconds:F1} | {name} | {seed} | {clock.Elapsed.TotalSeconds:F1} | {metrics.MicroAccuracy:F4} |"));
            Console.WriteLine(table[^1]);
        }
    }

    /// <summary>Images with a column for each stage of a network, computed when it is first asked for.</summary>
    sealed class FeaturedRows
    {
        public FeaturedRows(MLContext mlContext, ImageClassifier? classifier, LabelledImages images)
        {
            var rows = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, images.Count).Select(index => RowOf(images, index)));
            var stages = Enumerable.Range(1, classifier?.Network.Variant.Depths.Stages ?? 0);
            foreach (var stage in stages)
            {
                var options = new ResNetFeaturizerOptions { OutputColumnName = Stage(stage), Stage = stage, ScoringBatchSize = 256 };
                rows = mlContext.Transforms.ResNetFeaturizer(classifier!, options).Fit(rows).Transform(rows);
            }
            View = mlContext.Data.Cache(rows); // each column when it is first asked for, so that each has its own seconds
        }

        /// <summary>The rows, cached.</summary>
        public IDataView View { get; }

        readonly Dictionary<string, double> computed = [];

        /// <summary>Fills the cache's columns, and gives the seconds that it took, now or before.</summary>
        public double Compute(string[] columns) => columns.Sum(column => computed.TryGetValue(column, out var seconds) ? seconds : computed[column] = Fill(column));

        double Fill(string column)
        {
            var clock = Stopwatch.StartNew();
            _ = View.GetColumn<float[]>(column).Count();
            return clock.Elapsed.TotalSeconds;
        }

        static Row RowOf(LabelledImages images, int index)
        {
            var pixels = new byte[images.Preset.ImageBytes];
            images.CopyPixels(index, pixels);
            return new()
            {
                Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, pixels.SelectMany(grey => (byte[])[grey, grey, grey, byte.MaxValue]).ToArray()),
                Pixels = Array.ConvertAll(pixels, value => (float)value),
                Label = (uint)images.Label(index) + 1,
            };
        }
    }
}
