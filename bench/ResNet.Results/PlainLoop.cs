using System.Diagnostics;
using ResNet.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Results;

/// <summary>The loop that a tutorial would write: float32, NCHW, TorchSharp's Adam, batches gathered between the steps.</summary>
static class PlainLoop
{
    /// <summary>Trains from the same seed as <see cref="Experiment"/>, and gives the test accuracy.</summary>
    public static void Run(string name, ResNetVariant variant, Stem stem, LabelledImages training, LabelledImages test, int epochs, int batchSize, double learningRate, int seed)
    {
        var clock = Stopwatch.StartNew();
        using var network = ResidualNetwork.Seeded(seed, variant, training.Classes, training.Preset.Channels, stem);
        foreach (var convolution in network.modules().OfType<Conv2d>())
            convolution.weight = new Parameter(convolution.weight.detach().contiguous());
        using var optimizer = optim.Adam(network.parameters(), learningRate);
        var order = Enumerable.Range(0, training.Count).ToArray();
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            var epochClock = Stopwatch.StartNew();
            new Random(seed ^ epoch).Shuffle(order);
            network.train();
            double loss = 0;
            foreach (var batch in order.Chunk(batchSize))
            {
                using var scope = NewDisposeScope();
                var (images, labels) = Batch(training, batch);
                optimizer.zero_grad();
                var batchLoss = functional.cross_entropy(network.call(images), labels);
                batchLoss.backward();
                optimizer.step();
                loss += batchLoss.item<float>() * batch.Length;
            }
            Console.WriteLine(FormattableString.Invariant($"  epoch {epoch}/{epochs}  loss {loss / training.Count:F4}  test {Accuracy(network, test):F4}  {epochClock.Elapsed.TotalSeconds:F1} s"));
        }
        Console.WriteLine(FormattableString.Invariant($"{name}: {variant}, {training.Count} images, {epochs} epochs, float32 NCHW, {get_num_threads()} threads, seed {seed}: test accuracy {Accuracy(network, test):F4}, {clock.Elapsed.TotalSeconds:F0} s"));
    }

    static double Accuracy(ResidualNetwork network, LabelledImages test)
    {
        network.eval();
        using var noGrad = no_grad();
        var correct = 0L;
        foreach (var batch in Enumerable.Range(0, test.Count).Chunk(256))
        {
            using var scope = NewDisposeScope();
            var (images, labels) = Batch(test, batch);
            correct += network.call(images).argmax(1).eq(labels).sum().item<long>();
        }
        return correct / (double)test.Count;
    }

    static (Tensor Images, Tensor Labels) Batch(LabelledImages images, int[] indices)
    {
        var preset = images.Preset;
        var pixels = new byte[indices.Length * preset.ImageBytes];
        for (var i = 0; i < indices.Length; i++)
            images.CopyPixels(indices[i], pixels.AsSpan(i * preset.ImageBytes));
        var batch = tensor(pixels, [indices.Length, preset.Height, preset.Width, preset.Channels]).permute(0, 3, 1, 2).contiguous();
        var (mean, std) = (tensor(preset.Mean.ToArray()).view(1, -1, 1, 1), tensor(preset.Std.ToArray()).view(1, -1, 1, 1));
        return ((batch.to(ScalarType.Float32) / tensor(255f) - mean) / std, tensor(Array.ConvertAll(indices, i => (long)images.Label(i))));
    }
}
