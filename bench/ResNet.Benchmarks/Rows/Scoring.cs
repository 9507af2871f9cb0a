using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>Rows that score photographs at 224 pixels.</summary>
static class Scoring
{
    const string ImagesPerSecond = "images/s";

    static readonly Load files = new(SideKind.ScoredFiles, Images: 1000, First: 64);

    public static IEnumerable<Comparison> Files(BenchmarkOptions options, string row) => options.Networks.Select(network => Turns
        .Take(options, row, network, options.PhotosDescribed, count: 5, files, new(SideKind.OnnxFiles, Images: 200, First: 16))
        .Against(1, round => round.Rate, ImagesPerSecond, Goal.AtLeast(4)));

    public static IEnumerable<Comparison> Forward(BenchmarkOptions options, string row)
    {
        foreach (var network in options.Networks)
        {
            // Where a forward pass takes a third of the time, as in ResNet-18, decoding on the same cores is what counts: no goal there.
            var goal = network == "resnet50" ? Goal.AtLeast(0.85) : null;
            var turns = Turns.Take(options, row, network, options.PhotosDescribed, count: 5, files, new(SideKind.PlainForward, Images: 320, First: 64), new(SideKind.Predictor, Images: 320, First: 64));
            yield return turns.Against(1, round => round.Rate, ImagesPerSecond, goal);
            yield return turns.Against(2, round => round.Rate, ImagesPerSecond, goal);
        }
    }

    public static IEnumerable<Comparison> Latency(BenchmarkOptions options, string row)
    {
        foreach (var network in options.Networks)
        {
            // A 99th percentile is of 1,000 images, after as many as .NET compiles anew for.
            Load Of(SideKind side) => new(side, Images: 1000, First: 300) { Turn = 50 };
            var turns = Turns.Take(options, row, network, options.PhotosDescribed, count: 5, Of(SideKind.PredictedFile), Of(SideKind.OnnxPredictedFile));
            foreach (var (share, unit) in new[] { (0.5, "ms, p50"), (0.99, "ms, p99") })
                yield return turns.Against(1, round => 1000 * round.Each.Percentile(share), unit, Goal.AtMost(0.7));
        }
    }

    public static IEnumerable<Comparison> Arithmetic(BenchmarkOptions options, string row)
    {
        foreach (var network in options.Networks)
        {
            var turns = Turns.Take(
                options, row, network, options.PhotosDescribed, count: 7, new(SideKind.Arithmetic, Images: 128, First: 64), new(SideKind.HalfProducts, Images: 32, First: 4), new(SideKind.SingleProducts, Images: 16, First: 4));
            yield return turns.Against(1, round => round.Rate, "GFLOP/s", goal: null);
            yield return turns.Against(2, round => round.Rate, "GFLOP/s", goal: null);
        }
    }
}
