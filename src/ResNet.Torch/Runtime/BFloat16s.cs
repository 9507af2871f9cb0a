using System.Runtime.Intrinsics;

namespace ResNet.Torch.Runtime;

/// <summary>bfloat16 in vectors: the upper half of a float32.</summary>
internal static class BFloat16s
{
    static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Writes bfloat16 numbers as float32.</summary>
    public static unsafe void Widen(ushort* from, float* to, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Load(from + i));
            Vector256.Store(Vector256.ShiftLeft(lower, 16).AsSingle(), to + i);
            Vector256.Store(Vector256.ShiftLeft(upper, 16).AsSingle(), to + i + 8);
        }
        for (; i < count; i++)
            to[i] = ToSingle(from[i]);
    }

    /// <summary>Writes float32 numbers as the nearest bfloat16, even ones at a tie.</summary>
    public static unsafe void Narrow(float* from, ushort* to, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
            Vector256.Store(Vector256.Narrow(Upper(from + i), Upper(from + i + 8)), to + i);
        for (; i < count; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(from[i]);
            to[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }

        static Vector256<uint> Upper(float* values)
        {
            var bits = Vector256.Load(values).AsUInt32();
            return Vector256.ShiftRightLogical(bits + Vector256.Create(0x7FFFu) + (Vector256.ShiftRightLogical(bits, 16) & Vector256<uint>.One), 16);
        }
    }
}
