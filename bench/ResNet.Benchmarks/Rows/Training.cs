using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>Rows that train.</summary>
static class Training
{
    public static IEnumerable<Comparison> Photographs(BenchmarkOptions options, string row) => options.Networks.Select(network => Turns
        .Take(options, row, network, options.PhotosDescribed, count: 5, new(SideKind.Trainer, Images: 96, First: 64), new(SideKind.PlainTraining, Images: 64, First: 32))
        .Against(1, round => round.Rate, "images/s", Goal.AtLeast(3)));

    // Time of the steps alone by that of Fit's epoch; both as rates.
    public static IEnumerable<Comparison> Fashion(BenchmarkOptions options, string row) =>
    [
        Turns.Take(options, row, "resnet20", "Fashion-MNIST", count: 5, new(SideKind.FashionFit, Images: 12_800, First: 1280), new(SideKind.FashionSteps, Images: 12_800, First: 1280))
            .Against(1, round => round.Rate, "images/s", Goal.AtLeast(0.9)),
    ];
}
