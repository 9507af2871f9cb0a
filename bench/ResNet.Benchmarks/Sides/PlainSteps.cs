using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Benchmarks.Sides;

/// <summary>The loop that a tutorial would write: float32, NCHW, TorchSharp's SGD, batches gathered between the steps.</summary>
sealed class PlainSteps : ISide
{
    readonly LabelledImages images;
    readonly ResidualNetwork network;
    readonly optim.Optimizer optimizer;
    readonly byte[] pixels;
    int next;

    public PlainSteps(SideSettings settings)
    {
        images = TrainingImages.Of(settings);
        pixels = new byte[TrainingImages.BatchSize * images.Preset.ImageBytes];
        network = ResidualNetwork.Seeded(1, ResNetVariant.Find(settings.Network));
        foreach (var convolution in network.modules().OfType<Conv2d>())
            convolution.weight = new Parameter(convolution.weight.detach().contiguous());
        network.train();
        optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9, weight_decay: 1e-4);
    }

    public Measurement Round(int images)
    {
        var steps = TrainingImages.Steps(images);
        var clock = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
            Step();
        return new(steps * TrainingImages.BatchSize, clock.Elapsed.TotalSeconds);
    }

    void Step()
    {
        using var scope = NewDisposeScope();
        var (batch, labels) = Batch();
        optimizer.zero_grad();
        var loss = functional.cross_entropy(network.call(batch), labels);
        loss.backward();
        optimizer.step();
        _ = loss.item<float>();
    }

    (Tensor Images, Tensor Labels) Batch()
    {
        var preset = images.Preset;
        var labels = new long[TrainingImages.BatchSize];
        for (var i = 0; i < labels.Length; i++, next = (next + 1) % images.Count)
        {
            images.CopyPixels(next, pixels.AsSpan(i * preset.ImageBytes));
            labels[i] = images.Label(next);
        }
        var batch = tensor(pixels, [labels.Length, preset.Height, preset.Width, preset.Channels]).permute(0, 3, 1, 2).contiguous();
        var (mean, std) = (tensor(preset.Mean.ToArray()).view(1, -1, 1, 1), tensor(preset.Std.ToArray()).view(1, -1, 1, 1));
        return ((batch.to(ScalarType.Float32) / tensor(255f) - mean) / std, tensor(labels));
    }

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        images.Dispose();
    }
}
