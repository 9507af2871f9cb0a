using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>The network as it is built, layer by layer, in bfloat16 and channels-last, on batches that are tensors already.</summary>
sealed class PlainForward : ISide
{
    const int BatchSize = Sides.ReadyBytes.BatchSize;

    readonly ImageClassifier classifier;
    readonly Tensor batch;

    public PlainForward(SideSettings settings)
    {
        classifier = Classifiers.Seeded(settings);
        classifier.Network.to(ScalarType.BFloat16);
        using var scope = NewDisposeScope();
        var pixels = tensor(Classifiers.ReadyBytes(settings, BatchSize), [BatchSize, settings.Size, settings.Size, 3]);
        batch = pixels.to(ScalarType.Float32).sub(tensor(115f)).div(tensor(57f)).to(ScalarType.BFloat16).permute(0, 3, 1, 2).DetachFromDisposeScope();
    }

    public Measurement Round(int images)
    {
        var batches = Math.Max(1, images / BatchSize);
        using var inference = inference_mode();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < batches; i++)
        {
            using var scope = NewDisposeScope();
            _ = classifier.Network.call(batch).data<float>().ToArray();
        }
        return new(batches * BatchSize, clock.Elapsed.TotalSeconds);
    }

    public void Dispose()
    {
        batch.Dispose();
        classifier.Dispose();
    }
}
