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
        var span = empty([SpanOf(Info.Shape, Strides)], dtype: Info.Type);
        Fill(span, file);
        return span.as_strided([.. Info.Shape], Strides).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Values from the first to the last of a strided tensor, both included.</summary>
    public static long SpanOf(IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        if (shape.Contains(0))
            return 0;
        var last = 0L;
        for (var i = 0; i < shape.Count; i++)
            last = checked(last + checked((shape[i] - 1) * strides[i]));
        return last + 1;
    }

    void Fill(Tensor values, RandomAccessFile file) =>
        TensorBytes.ForEachPart(values, (start, part) => file.Read(Position + start, part));
}
