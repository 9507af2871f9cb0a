using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Benchmarks.Measuring;
using ResNet.Results.Data;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>The estimator on Fashion-MNIST with the recipe for small images; its epoch is what is timed.</summary>
sealed class FashionFit(SideSettings settings) : ISide
{
    const int Side = 28, Classes = 10;

    readonly MLContext mlContext = new(1);
    readonly LabelledImages training = FashionMnist.Load(settings.FashionMnist, DataSetPart.Train);

    public Measurement Round(int images)
    {
        var rows = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, Math.Min(images, training.Count)).Select(RowOf));
        using var model = mlContext.Transforms.ResNetClassifier(new()
        {
            Variant = ResNetVariant.Find(settings.Network),
            Channels = 1,
            Training = TrainingRecipes.SmallImages with { Epochs = 1, Seed = 1 },
        }).Fit(rows);
        return new(Math.Min(images, training.Count), model.History.Sum(epoch => epoch.Duration.TotalSeconds));
    }

    Row RowOf(int index)
    {
        var grey = new byte[Side * Side];
        training.CopyPixels(index, grey);
        return new()
        {
            Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, grey.SelectMany(value => (byte[])[value, value, value, byte.MaxValue]).ToArray()),
            Label = (uint)training.Label(index) + 1,
        };
    }

    public void Dispose() => training.Dispose();

    sealed class Row
    {
        [ImageType(Side, Side)]
        public required MLImage Image { get; init; }

        [KeyType(Classes)]
        public required uint Label { get; init; }
    }
}
