using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>What a step came to, where it was computed, in the scope that it was made in; reading it waits for that.</summary>
internal sealed class StepFigures : IDisposable
{
    readonly Tensor loss, correct;
    (double Loss, long Correct)? read;

    /// <param name="loss">Mean loss of the batch.</param>
    /// <param name="logits">float32 [N, classes].</param>
    /// <param name="labels">int64 [N].</param>
    public StepFigures(Tensor loss, Tensor logits, Tensor labels)
    {
        this.loss = loss.detach();
        correct = logits.argmax(1).eq(labels).sum();
        Count = labels.size(0);
    }

    /// <summary>Images of the batch.</summary>
    public long Count { get; }

    /// <summary>The rate that it learned at.</summary>
    public double Rate { get; init; }

    /// <summary>Its number in the epoch, from 1.</summary>
    public int Step { get; init; }

    /// <summary>Mean loss of the batch.</summary>
    public double Loss => Read().Loss;

    /// <summary>Images that were classified rightly.</summary>
    public long Correct => Read().Correct;

    /// <summary>Keeps it beyond its scope; who asked for that disposes it.</summary>
    public StepFigures Kept()
    {
        loss.DetachFromDisposeScope();
        correct.DetachFromDisposeScope();
        return this;
    }

    (double Loss, long Correct) Read() => read ??= (loss.item<float>(), correct.item<long>());

    public void Dispose()
    {
        loss.Dispose();
        correct.Dispose();
    }
}
