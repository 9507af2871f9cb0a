using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>The bits of an entropy-coded segment, from a byte's highest to its lowest.</summary>
/// <param name="segment">The segment, with <see cref="Padding"/> zeros behind it.</param>
internal ref struct BitReader(ReadOnlySpan<byte> segment)
{
    /// <summary>Zeros that a segment needs behind it.</summary>
    public const int Padding = 16;

    /// <summary>Bits that there are at least after <see cref="Refill"/>.</summary>
    public const int Refilled = 56;

    readonly ReadOnlySpan<byte> segment = segment.Length >= Padding ? segment : throw new ArgumentException($"A segment has {Padding} zeros behind it.", nameof(segment));
    readonly int last = segment.Length - sizeof(ulong);
    int position, count; // in the lowest 6 bits, how many bits there are; behind those there are perhaps some of the position's
    ulong bits;

    /// <summary>The next bits, the first of them highest.</summary>
    public readonly ulong Bits => bits;

    /// <summary>Bits that have been dropped; more than the segment has where it ended too early.</summary>
    public readonly long Dropped => 8L * position - (count & 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        // No bounds check: the position is never above last, eight bytes before the end, which Padding makes at least 0, and a shift takes the lowest 6 bits.
        bits |= BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(segment), position))) >> count;
        position = Math.Min(position + (~count >> 3 & 7), last); // behind the end zeros come, as many as are asked for
        count |= Refilled;
    }

    /// <summary>Goes on behind bits, at most as many as there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Drop(int number)
    {
        bits <<= number;
        count -= number;
    }

    /// <summary>Goes on behind as many bits as the lowest 6 bits say.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Drop(uint number)
    {
        bits <<= (int)number;
        count -= (int)number; // which leaves the lowest bits' difference right: one operation less in a chain that all waits for
    }

    /// <summary>The next bits as a value of that size (T.81, F.2.2.1), which is 0 to 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Receive(int size)
    {
        var value = Value(bits, size);
        Drop(size);
        return value;
    }

    /// <summary>The highest bits as a value of that size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Value(ulong bits, int size) => Extend((int)(bits >> 1 >> 63 - size), size);

    /// <summary>T.81, figure F.12: the lower half of a size's values is negative.</summary>
    public static int Extend(int value, int size) => value + (value - (1 << size - 1) >> 31 & (-1 << size) + 1);
}
