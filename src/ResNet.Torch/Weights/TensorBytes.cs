using static TorchSharp.torch;

namespace ResNet.Torch.Weights;

/// <summary>The bytes of a contiguous CPU tensor in parts, since a span ends at 2 GiB and a tensor does not.</summary>
internal static class TensorBytes
{
    public delegate void PartAction(long start, Span<byte> part);

    /// <summary>Walks the bytes from the first to the last; <paramref name="use"/> gets a part and the number of its first byte.</summary>
    public static void ForEachPart(Tensor values, PartAction use, long partBytes = 1 << 30)
    {
        var size = values.element_size();
        var count = values.numel();
        var step = partBytes / size;
        using var flat = values.view(-1);
        for (var start = 0L; start < count; start += step)
        {
            using var part = flat.narrow(0, start, Math.Min(step, count - start));
            use(start * size, part.bytes);
        }
    }
}
