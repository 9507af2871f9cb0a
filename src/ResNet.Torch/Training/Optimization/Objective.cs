using ResNet.Torch.Runtime;
using ResNet.Torch.Wording;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Training;

/// <summary>What training makes small: cross-entropy, with the classes weighted and the labels smoothed as asked.</summary>
internal sealed class Objective : IDisposable
{
    readonly double smoothing;
    readonly Tensor? weights;

    public Objective(RegularizationOptions options, LabelledImages images, Device? device = null)
    {
        smoothing = options.LabelSmoothing;
        if (Weights(options, images) is { } given)
            weights = tensor(given.Select(w => (float)w).ToArray(), device: device).DetachFromDisposeScope();
    }

    /// <summary>The mean loss of a batch, a scalar in the current scope.</summary>
    /// <param name="logits">float32 [N, classes].</param>
    /// <param name="batch">The labels, and how the images were mixed.</param>
    public Tensor Of(Tensor logits, TrainingBatch batch)
    {
        var loss = functional.cross_entropy(logits, batch.Labels, weights, label_smoothing: smoothing);
        // Image i was mixed with image i − 1: the loss is mixed alike (Zhang et al. 2017, arXiv:1710.09412, §2).
        return batch.Share is { } share
            ? loss.mul(Number.Of(share)).add(functional.cross_entropy(logits, batch.Labels.roll(1), weights, label_smoothing: smoothing).mul(Number.Of(1 - share)))
            : loss;
    }

    static IReadOnlyList<double>? Weights(RegularizationOptions options, LabelledImages images)
    {
        if (options.ClassWeights is { } given)
        {
            return given.Count == images.Classes
                ? given
                : throw new ArgumentException($"{nameof(TrainingOptions)}: {nameof(TrainingOptions.Regularization)}.{nameof(RegularizationOptions.ClassWeights)} has {Counted.Of(given.Count, "weight")}; there are {images.Classes} classes.");
        }
        if (options.ClassWeighting == ClassWeighting.None)
            return null;
        var counts = new long[images.Classes];
        for (var i = 0; i < images.Count; i++)
            counts[images.Label(i)]++;
        // A class without images has no loss to weight.
        return [.. counts.Select(count => count == 0 ? 0 : images.Count / (double)(images.Classes * count))];
    }

    public void Dispose() => weights?.Dispose();
}
