using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>Weights and norm statistics of a moment; the owner disposes them.</summary>
internal sealed record WeightSnapshot(Tensor Values, Tensor NormStatistics) : IDisposable
{
    public void Dispose()
    {
        Values.Dispose();
        NormStatistics.Dispose();
    }
}
