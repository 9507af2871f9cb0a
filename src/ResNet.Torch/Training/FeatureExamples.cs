using ResNet.Torch.Images;
using ResNet.Torch.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Training;

/// <summary>The features before the last layer, computed once for all images: 4 bytes each, <see cref="ResNetVariant.FeatureCount"/> for an image.</summary>
internal sealed class FeatureExamples(ResidualNetwork network, LabelledImages training, LabelledImages? validation, int batchSize) : ITrainingExamples
{
    (Tensor Features, Tensor Labels)? learned;
    (Tensor Features, Tensor Labels)? measured;

    public IEnumerable<Func<TrainingBatch>> Batches(IReadOnlyList<int[]> batches, int epoch, CancellationToken cancellation)
    {
        var (features, labels) = learned ??= FeaturesOf(training, cancellation);
        foreach (var indices in batches)
        {
            yield return () =>
            {
                var chosen = DeviceTensor.Of<int>(indices, [indices.Length], ScalarType.Int32, network.Device);
                return new(features.index_select(0, chosen), labels.index_select(0, chosen), Share: null);
            };
        }
    }

    public Tensor Forward(Tensor inputs) => network.Classify(inputs);

    public EvaluationResult? Validate(CancellationToken cancellation)
    {
        if (validation is not { Count: > 0 })
            return null;
        var (features, labels) = measured ??= FeaturesOf(validation, cancellation);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var logits = network.Classify(features);                      // N×classes
        return new(functional.cross_entropy(logits, labels).item<float>(), logits.argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>());
    }

    (Tensor Features, Tensor Labels) FeaturesOf(LabelledImages images, CancellationToken cancellation)
    {
        network.eval();
        using var noGrad = no_grad(); // not inference mode: its tensors cannot be trained on
        using var scope = NewDisposeScope();
        var features = empty(images.Count, network.Variant.FeatureCount, device: network.Device);
        var labels = empty(images.Count, dtype: ScalarType.Int64, device: network.Device);
        using var tensors = new ImageBatch(images.Preset, network.Device);
        var start = 0L;
        foreach (var batch in new BatchFeed(images, Environment.ProcessorCount).Prepare([.. Enumerable.Range(0, images.Count).Chunk(batchSize)], cancellation: cancellation))
        {
            using var step = NewDisposeScope();
            var (inputs, classes) = tensors.Of(batch);
            var count = classes.shape[0];
            features.narrow(0, start, count).copy_(network.PooledFeatures(inputs));
            labels.narrow(0, start, count).copy_(classes);
            start += count;
        }
        return (features.DetachFromDisposeScope(), labels.DetachFromDisposeScope());
    }

    public void Dispose()
    {
        foreach (var computed in new[] { learned, measured })
        {
            computed?.Features.Dispose();
            computed?.Labels.Dispose();
        }
    }
}
