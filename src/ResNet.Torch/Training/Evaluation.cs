using ResNet.Torch.Images;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch;

/// <summary>How a network does on a set of images.</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">Share classified rightly, 0 to 1.</param>
public readonly record struct EvaluationResult(double Loss, double Accuracy);

/// <summary>Measures a network on labelled images.</summary>
public static class Evaluation
{
    /// <summary>Scores every image as it is, without augmentation, in eval mode; the network's mode is as before afterwards.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">The images, at least 1.</param>
    /// <param name="batchSize">Images in a forward pass.</param>
    /// <param name="cancellation">Ends it before the next batch.</param>
    /// <exception cref="ArgumentException">There is no image.</exception>
    public static EvaluationResult Of(ResidualNetwork network, LabelledImages images, int batchSize = 32, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (images.Count == 0)
            throw new ArgumentException("There is no image to evaluate on.", nameof(images));

        var wasTraining = network.training;
        network.eval();
        try
        {
            return Measure(network, images, batchSize, cancellation);
        }
        finally
        {
            network.train(wasTraining);
        }
    }

    static EvaluationResult Measure(ResidualNetwork network, LabelledImages images, int batchSize, CancellationToken cancellation)
    {
        using var inference = inference_mode();
        using var tensors = new ImageBatch(images.Preset, network.Device);
        using var sums = zeros(2, ScalarType.Float64, network.Device); // the losses and the right answers; read once, so that a GPU works while the next batch is prepared
        foreach (var batch in new BatchFeed(images, threads: 1).Prepare([.. Enumerable.Range(0, images.Count).Chunk(batchSize)], cancellation: cancellation))
        {
            using var scope = NewDisposeScope();
            var (inputs, labels) = tensors.Of(batch);
            var logits = network.call(inputs);                        // N×classes
            sums.add_(stack([functional.cross_entropy(logits, labels, reduction: Reduction.Sum).to(ScalarType.Float64), logits.argmax(1).eq(labels).sum().to(ScalarType.Float64)]));
        }
        using var read = sums.cpu();
        var (loss, correct) = (read.data<double>()[0], read.data<double>()[1]);
        return new(loss / images.Count, correct / images.Count);
    }
}
