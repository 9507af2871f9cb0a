using System.Buffers;

namespace ResNet.Torch.Images;

/// <summary>Memory from the shared pool, not cleared; given back when disposed.</summary>
internal readonly ref struct Scratch<T>(int length)
{
    readonly T[] array = ArrayPool<T>.Shared.Rent(length);

    public Span<T> Span => array.AsSpan(0, length);

    public void Dispose() => ArrayPool<T>.Shared.Return(array);
}
