using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>Counts the batches that each norm has seen. TorchSharp does so by adding a number that a garbage collection may take away (<see cref="Runtime.Number"/>).</summary>
internal sealed class NormBatches : IDisposable
{
    readonly List<(string Name, BatchNorm2d Norm)> norms;
    readonly Tensor counts;
    Tensor? now;

    /// <param name="network">Its norms do not count until this is disposed.</param>
    public NormBatches(ResidualNetwork network)
    {
        norms = [.. network.named_modules().Where(m => m.module is BatchNorm2d).Select(m => (m.name, (BatchNorm2d)m.module))];
        counts = tensor(norms.Select(n => n.Norm.num_batches_tracked!.item<long>()).ToArray()).DetachFromDisposeScope();
        foreach (var (_, norm) in norms)
            norm.num_batches_tracked = null;
    }

    /// <summary>Counts a batch, for the norms that learned from the first one.</summary>
    public void Count()
    {
        now ??= tensor(norms.Select(n => n.Norm.training ? 1L : 0L).ToArray()).DetachFromDisposeScope();
        counts.add_(now);
    }

    /// <summary>The counts by the network's names; views in the current scope.</summary>
    public IEnumerable<(string Name, Tensor Count)> ByName() => norms.Select((norm, i) => ($"{norm.Name}.num_batches_tracked", counts.select(0, i)));

    /// <summary>Gives each norm its count.</summary>
    public void Dispose()
    {
        for (var i = 0; i < norms.Count; i++)
            norms[i].Norm.num_batches_tracked = counts.select(0, i).clone();
        counts.Dispose();
        now?.Dispose();
    }
}
