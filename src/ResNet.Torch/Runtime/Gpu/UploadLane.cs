using static TorchSharp.torch;

namespace ResNet.Torch.Runtime.Gpu;

/// <summary>Copies batches to a GPU on a stream of its own, beside what the GPU computes: one batch is copied while the one before is read. One thread at a time.</summary>
/// <remarks>
/// Three waits keep the order, two of them the GPU's own: a batch is written to pinned memory when the last copy from there is over; copied when the GPU has read what lies there; read when it
/// has been copied. So a caller is a few batches ahead of the GPU at most.
/// </remarks>
internal sealed class UploadLane : IDisposable
{
    readonly IGpuQueues queues;
    readonly GpuStream copies;
    readonly UploadSlot[] slots;
    int next;

    /// <param name="queues">The GPU's.</param>
    public UploadLane(IGpuQueues queues)
    {
        (this.queues, copies) = (queues, queues.CreateStream());
        slots = [new(queues, copies), new(queues, copies)];
    }

    /// <summary>Copies bytes to the GPU and gives it work on them.</summary>
    /// <param name="bytes">The bytes, free for other use on return.</param>
    /// <param name="shape">What the tensor of them is.</param>
    /// <param name="state">Handed to <paramref name="compute"/>.</param>
    /// <param name="compute">Gives libtorch the work, or runs it. What it returns must not share the tensor's memory, which later batches overwrite.</param>
    /// <remarks>After an exception of <paramref name="compute"/> it may be used again; after one of the GPU's it is only to be disposed.</remarks>
    public TResult Use<TState, TResult>(ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape, TState state, Func<Tensor, TState, TResult> compute)
    {
        var slot = slots[next];
        next = (next + 1) % slots.Length;
        using var part = slot.Write(bytes).narrow(0, 0, bytes.Length);
        using var tensor = part.view(shape.ToArray());
        try
        {
            return compute(tensor, state);
        }
        finally
        {
            slot.Read(); // also behind an exception: some of the work may have been given
        }
    }

    /// <summary>Frees all once nothing is copied any more; the GPU may still compute.</summary>
    public void Dispose()
    {
        Quietly(() => queues.Wait(copies));
        Array.ForEach(slots, slot => slot.Dispose());
        Quietly(() => queues.Destroy(copies));
    }

    /// <summary>Does a thing at the end, where a GPU that has failed, and copies nothing any more, fails again: it was told where it was used.</summary>
    internal static void Quietly(Action end)
    {
        try
        {
            end();
        }
        catch (InvalidOperationException)
        {
            // told before
        }
    }
}
