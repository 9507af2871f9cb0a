using static TorchSharp.torch;

namespace ResNet.Torch.Weights;

/// <summary>What opening a file finds, whichever format it has.</summary>
internal sealed record WeightIndex(WeightFormat Format, IReadOnlyDictionary<string, StoredTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Where a tensor's values lie in a file. Whoever makes one has checked that they lie inside it.</summary>
/// <param name="Info">Type and shape.</param>
/// <param name="Position">Byte of the first value.</param>
/// <param name="Strides">Distance in values between neighbours of each dimension; null when they lie row-major without gaps.</param>
internal sealed record StoredTensor(TensorInfo Info, long Position, long[]? Strides = null)
{
    public Tensor Read(RandomAccessFile file)
    {
        TorchRuntime.Load();
        using var scope = NewDisposeScope();
        if (Strides is null)
        {
            var values = empty([.. Info.Shape], dtype: Info.Type);
            Fill(values, file);
            return values.MoveToOuterDisposeScope();
        }
        TrySpan(Info.Shape, Strides, out var count);
        var span = empty([count], dtype: Info.Type);
        Fill(span, file);
        return span.as_strided([.. Info.Shape], Strides).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Bytes of the values; false when that is no number a file could have.</summary>
    public static bool TryBytes(IReadOnlyList<long> shape, int size, out long bytes)
    {
        bytes = size;
        var isEmpty = shape.Contains(0);
        foreach (var side in shape)
        {
            // In an empty shape the other sides count too: libtorch multiplies them for its strides.
            var product = (Int128)bytes * (isEmpty ? Math.Max(side, 1) : side);
            if (product > long.MaxValue)
                return false;
            bytes = (long)product;
        }
        if (isEmpty)
            bytes = 0;
        return true;
    }

    /// <summary>Values from the first to the last of a strided tensor, both included.</summary>
    public static bool TrySpan(IReadOnlyList<long> shape, IReadOnlyList<long> strides, out long span)
    {
        span = 0;
        if (shape.Contains(0))
            return true;
        Int128 last = 0;
        for (var i = 0; i < shape.Count; i++)
            last += (Int128)(shape[i] - 1) * strides[i];
        if (last >= long.MaxValue)
            return false;
        span = (long)last + 1;
        return true;
    }

    void Fill(Tensor values, RandomAccessFile file) =>
        TensorBytes.ForEachPart(values, (start, part) => file.Read(Position + start, part));
}
