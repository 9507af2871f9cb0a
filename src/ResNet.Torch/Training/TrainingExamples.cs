using ResNet.Torch.Images;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>The tensors of a batch, in the scope they were made in.</summary>
/// <param name="Inputs">What <see cref="ITrainingExamples.Forward"/> takes.</param>
/// <param name="Labels">int64 [N].</param>
/// <param name="Share">Share of each image in its mixture with the one before it; null when nothing was mixed.</param>
internal readonly record struct TrainingBatch(Tensor Inputs, Tensor Labels, float? Share);

/// <summary>What a network learns from: images, or features that were computed from them once.</summary>
internal interface ITrainingExamples : IDisposable
{
    /// <summary>The batches of an epoch; each item makes its tensors in the current scope, before the next is asked for.</summary>
    IEnumerable<Func<TrainingBatch>> Batches(IReadOnlyList<int[]> batches, int epoch, CancellationToken cancellation);

    /// <summary>Logits, float32 [N, classes], in the current scope.</summary>
    Tensor Forward(Tensor inputs);

    /// <summary>Measures the network, in eval mode, on the validation images; null without any.</summary>
    EvaluationResult? Validate(CancellationToken cancellation);
}

/// <summary>Images, augmented anew in each epoch.</summary>
internal sealed class ImageExamples(ResidualNetwork network, LabelledImages training, LabelledImages? validation, TrainingOptions options, int seed) : ITrainingExamples
{
    readonly BatchFeed feed = new(training, Environment.ProcessorCount);
    readonly ImageBatch tensors = new(training.Preset, network.Device);
    readonly Augmenter augmenter = new(options.Augmentation, training.Preset, seed);

    public IEnumerable<Func<TrainingBatch>> Batches(IReadOnlyList<int[]> batches, int epoch, CancellationToken cancellation)
    {
        void Augment(ReadOnlySpan<byte> image, Span<byte> target, int index) => augmenter.Apply(image, target, epoch, index);
        float? Mix(Span<byte> batch, int count, int step) => augmenter.Mix(batch, count, epoch, step)?.Share;
        foreach (var batch in feed.Prepare(batches, options.Augmentation == AugmentationOptions.None ? null : Augment, Mix, cancellation))
        {
            yield return () =>
            {
                var (inputs, labels) = tensors.Of(batch);
                return new(inputs, labels, batch.Share);
            };
        }
    }

    public Tensor Forward(Tensor inputs) => network.call(inputs);

    public EvaluationResult? Validate(CancellationToken cancellation) =>
        validation is { Count: > 0 } ? Evaluation.Of(network, validation, options.BatchSize, cancellation) : null;

    public void Dispose() => tensors.Dispose();
}
