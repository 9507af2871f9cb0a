using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ResNet.Torch.Images;

/// <summary>Memory from the shared pool, not cleared; given back when disposed.</summary>
internal readonly ref struct Scratch<T> where T : unmanaged
{
    const int LineBytes = 64;

    readonly T[] array;
    readonly int first, length;

    public Scratch(int length) => (array, this.length) = (ArrayPool<T>.Shared.Rent(length), length);

    Scratch(T[] array, int first, int length) => (this.array, this.first, this.length) = (array, first, length);

    public Span<T> Span => array.AsSpan(first, length);

    /// <summary>Memory that begins where a line of the processor's caches does; should a collection move it, reading it becomes slower, nothing else.</summary>
    public static unsafe Scratch<T> OnLines(int length)
    {
        var array = ArrayPool<T>.Shared.Rent(checked(length + LineBytes / sizeof(T)));
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        return new(array, (int)(-address & LineBytes - 1) / sizeof(T), length);
    }

    public void Dispose() => ArrayPool<T>.Shared.Return(array);
}
