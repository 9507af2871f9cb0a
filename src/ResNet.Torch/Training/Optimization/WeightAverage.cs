using ResNet.Torch.Runtime;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>The exponential moving average of weights and norm statistics (torchvision's <c>ExponentialMovingAverage</c>): its first update copies them.</summary>
internal sealed class WeightAverage(WeightVector weights, double decay, int everySteps) : IDisposable
{
    /// <summary>The average; until the first update the weights that training began with.</summary>
    public WeightSnapshot Value { get; } = weights.Snapshot();

    /// <summary>Updates that were made.</summary>
    public long Updates { get; set; }

    /// <summary>Takes in the weights after a step, counted from 0, if its turn has come.</summary>
    public void After(long step)
    {
        if (step % everySteps != 0)
            return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var kept = Updates++ == 0 ? 0 : decay;
        Value.Values.mul_(Number.Of(kept)).add_(weights.Values, alpha: Number.Of(1 - kept));
        Value.NormStatistics.mul_(Number.Of(kept)).add_(weights.NormStatistics, alpha: Number.Of(1 - kept));
    }

    public void Dispose() => Value.Dispose();
}
