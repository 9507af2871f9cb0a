using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Results.Data;
using ResNet.Torch;
using ResNet.Torch.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Benchmarks.Sides;

/// <summary>
/// What an epoch of <see cref="FashionFit"/> cannot do without: the same network's forward pass, gradients and SGD, in the same numbers and layout,
/// on batches that are tensors already. Nothing is read, changed at random, reported or counted.
/// </summary>
sealed class FashionSteps : ISide
{
    readonly ResidualNetwork network;
    readonly optim.Optimizer optimizer;
    readonly List<(Tensor Images, Tensor Labels)> batches = [];

    public FashionSteps(SideSettings settings)
    {
        using var training = FashionMnist.Load(settings.FashionMnist, DataSetPart.Train);
        var preset = training.Preset;
        var variant = ResNetVariant.Find(settings.Network);
        network = ResidualNetwork.Seeded(1, variant, training.Classes, preset.Channels, variant.StemAt(preset.Height, preset.Width));
        if (Precision.IsHalf(TrainingPrecision.Auto, network.Device))
            ComputeInBFloat16();
        network.train();
        var recipe = TrainingRecipes.SmallImages;
        optimizer = optim.SGD(network.parameters(), recipe.Optimizer.LearningRate, momentum: 0.9, weight_decay: recipe.Optimizer.WeightDecay, nesterov: true);
        foreach (var batch in Enumerable.Range(0, training.Count).Chunk(recipe.BatchSize))
            batches.Add(Ready(training, batch));
    }

    /// <summary>Convolutions and the classifier, as the trainer has them; norms stay float32.</summary>
    void ComputeInBFloat16()
    {
        foreach (var convolution in network.modules().OfType<Conv2d>())
            convolution.weight = new Parameter(convolution.weight.detach().to(ScalarType.BFloat16));
        foreach (var linear in network.modules().OfType<Linear>())
            linear.to(ScalarType.BFloat16);
    }

    static (Tensor Images, Tensor Labels) Ready(LabelledImages training, int[] indices)
    {
        using var scope = NewDisposeScope();
        var preset = training.Preset;
        var pixels = new byte[indices.Length * preset.ImageBytes];
        for (var i = 0; i < indices.Length; i++)
            training.CopyPixels(indices[i], pixels.AsSpan(i * preset.ImageBytes));
        var images = tensor(pixels, [indices.Length, preset.Height, preset.Width, preset.Channels]).to(ScalarType.Float32);
        return (images.sub(tensor(255 * preset.Mean[0])).div(tensor(255 * preset.Std[0])).permute(0, 3, 1, 2).DetachFromDisposeScope(), tensor(Array.ConvertAll(indices, i => (long)training.Label(i))).DetachFromDisposeScope());
    }

    public Measurement Round(int images)
    {
        var clock = Stopwatch.StartNew();
        var seen = 0L;
        foreach (var (batch, labels) in batches.TakeWhile(_ => seen < images))
        {
            Step(batch, labels);
            seen += labels.shape[0];
        }
        return new(seen, clock.Elapsed.TotalSeconds);
    }

    void Step(Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = functional.cross_entropy(network.call(images), labels);
        loss.backward();
        optimizer.step();
        _ = loss.item<float>();
    }

    public void Dispose()
    {
        foreach (var (images, labels) in batches)
        {
            images.Dispose();
            labels.Dispose();
        }
        optimizer.Dispose();
        network.Dispose();
    }
}
