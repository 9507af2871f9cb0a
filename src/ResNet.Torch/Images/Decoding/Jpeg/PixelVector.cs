using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>RGB pixels of four bytes, the last 255: one, or <see cref="Count"/> at once.</summary>
internal static class PixelVector
{
    public const int Count = 16;

    public const uint Opaque = 255u << 24;

    /// <summary>A pixel of samples from 0 to 255.</summary>
    public static uint Pack(uint red, uint green, uint blue) => red | green << 8 | blue << 16 | Opaque;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Pack(Vector512<uint> red, Vector512<uint> green, Vector512<uint> blue) => red | green << 8 | blue << 16 | Vector512.Create(Opaque);

    /// <summary>The first <see cref="Count"/> samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Widen(ReadOnlySpan<byte> samples)
    {
        var bytes = Vector128.Create(samples);
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512UInt32(bytes);
        var words = Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes));
        return Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words));
    }
}
