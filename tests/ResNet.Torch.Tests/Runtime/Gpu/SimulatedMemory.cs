using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime.Gpu;

/// <summary>Memory as libtorch's allocators hand it out: what has been freed is given to the next who asks, whatever work still waits to use it.</summary>
sealed class SimulatedMemory : IDisposable
{
    readonly List<(Tensor Block, Tensor Lent)> blocks = [];

    /// <summary>Memory, in the current scope; it is free again once disposed.</summary>
    public Tensor Of(long bytes)
    {
        var free = blocks.FindIndex(block => block.Lent.IsInvalid && block.Block.numel() >= bytes);
        var block = free >= 0 ? blocks[free].Block : full(bytes, 0xEE, dtype: ScalarType.Byte).DetachFromDisposeScope();
        if (free >= 0)
            blocks.RemoveAt(free);
        var lent = block.narrow(0, 0, bytes);
        blocks.Add((block, lent));
        return lent;
    }

    public void Dispose() => blocks.ForEach(block => block.Block.Dispose());
}
