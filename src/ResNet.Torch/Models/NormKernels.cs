using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ResNet.Torch.Runtime;

namespace ResNet.Torch.Models;

/// <summary>32 numbers at a time, as two vectors of float32.</summary>
internal unsafe interface INumbers
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>Where a number of 32 comes to lie in the two vectors.</summary>
    static abstract int Place(int number);

    static abstract void Load(byte* from, out Vector512<float> first, out Vector512<float> second);

    static abstract void Store(Vector512<float> first, Vector512<float> second, byte* to);
}

internal readonly unsafe struct Singles : INumbers
{
    public static int Size => sizeof(float);

    public static int Place(int number) => number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, out Vector512<float> first, out Vector512<float> second) =>
        (first, second) = (Vector512.Load((float*)from), Vector512.Load((float*)from + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> first, Vector512<float> second, byte* to)
    {
        Vector512.Store(first, (float*)to);
        Vector512.Store(second, (float*)to + 16);
    }
}

internal readonly unsafe struct Halves : INumbers
{
    public static int Size => sizeof(ushort);

    public static int Place(int number) => number % 2 * 16 + number / 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, out Vector512<float> first, out Vector512<float> second) =>
        (first, second) = BFloat16s.Unpack(Vector512.Load((uint*)from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> first, Vector512<float> second, byte* to) =>
        Vector512.Store(BFloat16s.Pack(first, second), (uint*)to);
}

/// <summary>The passes over rows of channels that a norm with its ReLU is made of; channels come in groups of 32, a group's figures as <see cref="INumbers.Place"/> says.</summary>
internal static unsafe class NormKernels<T> where T : struct, INumbers
{
    const int Group = 32;

    /// <summary>Rows whose sums are kept in float32, before they are added in float64.</summary>
    static long Block(long width) => Math.Max(32, 8192 / width);

    /// <summary>Adds up, for each channel, what differs from <paramref name="near"/> and its square.</summary>
    public static void Sum(byte* x, long from, long to, long width, float* near, double* sums, double* squares)
    {
        var stride = width * T.Size;
        for (var block = from; block < to; block += Block(width))
        {
            var rows = Math.Min(Block(width), to - block);
            for (long c = 0; c < width; c += Group)
            {
                var (near1, near2) = (Vector512.Load(near + c), Vector512.Load(near + c + 16));
                var (sum1, sum2, square1, square2) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                var at = x + block * stride + c * T.Size;
                for (long r = 0; r < rows; r++, at += stride)
                {
                    T.Load(at, out var x1, out var x2);
                    (x1, x2) = (x1 - near1, x2 - near2);
                    (sum1, sum2) = (sum1 + x1, sum2 + x2);
                    square1 = Vector512.FusedMultiplyAdd(x1, x1, square1);
                    square2 = Vector512.FusedMultiplyAdd(x2, x2, square2);
                }
                Add(sum1, sum2, sums + c);
                Add(square1, square2, squares + c);
            }
        }
    }

    /// <summary>x·scale + shift (+ around), and 0 for what is below.</summary>
    public static void Activate(byte* x, byte* around, byte* y, long from, long to, long width, float* scale, float* shift)
    {
        var stride = width * T.Size;
        for (var row = from; row < to; row++)
        {
            for (long c = 0; c < width; c += Group)
            {
                var at = row * stride + c * T.Size;
                T.Load(x + at, out var y1, out var y2);
                y1 = Vector512.FusedMultiplyAdd(y1, Vector512.Load(scale + c), Vector512.Load(shift + c));
                y2 = Vector512.FusedMultiplyAdd(y2, Vector512.Load(scale + c + 16), Vector512.Load(shift + c + 16));
                if (around is not null)
                {
                    T.Load(around + at, out var r1, out var r2);
                    (y1, y2) = (y1 + r1, y2 + r2);
                }
                T.Store(Positive(y1, y1), Positive(y2, y2), y + at);
            }
        }
    }

    /// <summary>
    /// Adds up, for each channel, the gradients that the ReLU let through, and their products with x − mean. Where something was added, they are
    /// written to <paramref name="through"/> too.
    /// </summary>
    public static void SumGradients(byte* gradient, byte* x, byte* y, byte* through, long from, long to, long width, float* scale, float* shift, float* mean, double* sums, double* products)
    {
        var stride = width * T.Size;
        for (var block = from; block < to; block += Block(width))
        {
            var rows = Math.Min(Block(width), to - block);
            for (long c = 0; c < width; c += Group)
            {
                var (mean1, mean2) = (Vector512.Load(mean + c), Vector512.Load(mean + c + 16));
                var (sum1, sum2, product1, product2) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                var at = block * stride + c * T.Size;
                for (long r = 0; r < rows; r++, at += stride)
                {
                    T.Load(gradient + at, out var g1, out var g2);
                    T.Load(x + at, out var x1, out var x2);
                    Through(ref g1, ref g2, x1, x2, y is null ? null : y + at, scale + c, shift + c);
                    if (y is not null)
                        T.Store(g1, g2, through + at);
                    (sum1, sum2) = (sum1 + g1, sum2 + g2);
                    product1 = Vector512.FusedMultiplyAdd(g1, x1 - mean1, product1);
                    product2 = Vector512.FusedMultiplyAdd(g2, x2 - mean2, product2);
                }
                Add(sum1, sum2, sums + c);
                Add(product1, product2, products + c);
            }
        }
    }

    /// <summary>The gradient of x: gradient·byGradient + x·byX + rest; the gradients are those that the ReLU let through already where something was added.</summary>
    public static void Return(byte* gradient, byte* x, byte* result, bool isThrough, long from, long to, long width, float* scale, float* shift, float* byGradient, float* byX, float* rest)
    {
        var stride = width * T.Size;
        for (var row = from; row < to; row++)
        {
            for (long c = 0; c < width; c += Group)
            {
                var at = row * stride + c * T.Size;
                T.Load(gradient + at, out var g1, out var g2);
                T.Load(x + at, out var x1, out var x2);
                if (!isThrough)
                    Through(ref g1, ref g2, x1, x2, null, scale + c, shift + c);
                x1 = Vector512.FusedMultiplyAdd(x1, Vector512.Load(byX + c), Vector512.Load(rest + c));
                x2 = Vector512.FusedMultiplyAdd(x2, Vector512.Load(byX + c + 16), Vector512.Load(rest + c + 16));
                T.Store(Vector512.FusedMultiplyAdd(g1, Vector512.Load(byGradient + c), x1), Vector512.FusedMultiplyAdd(g2, Vector512.Load(byGradient + c + 16), x2), result + at);
            }
        }
    }

    /// <summary>Zero where the ReLU's result was zero; that is read, or computed again as <see cref="Activate"/> did.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Through(ref Vector512<float> g1, ref Vector512<float> g2, Vector512<float> x1, Vector512<float> x2, byte* y, float* scale, float* shift)
    {
        Vector512<float> y1, y2;
        if (y is not null)
        {
            T.Load(y, out y1, out y2);
        }
        else
        {
            y1 = Vector512.FusedMultiplyAdd(x1, Vector512.Load(scale), Vector512.Load(shift));
            y2 = Vector512.FusedMultiplyAdd(x2, Vector512.Load(scale + 16), Vector512.Load(shift + 16));
        }
        (g1, g2) = (Positive(y1, g1), Positive(y2, g2));
    }

    /// <summary>What to take where a number is above zero or none at all, else zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Positive(Vector512<float> number, Vector512<float> value) =>
        Vector512.AndNot(value, Vector512.LessThanOrEqual(number, Vector512<float>.Zero));

    static void Add(Vector512<float> first, Vector512<float> second, double* sums)
    {
        var (lower1, upper1) = Vector512.Widen(first);
        var (lower2, upper2) = Vector512.Widen(second);
        Vector512.Store(Vector512.Load(sums) + lower1, sums);
        Vector512.Store(Vector512.Load(sums + 8) + upper1, sums + 8);
        Vector512.Store(Vector512.Load(sums + 16) + lower2, sums + 16);
        Vector512.Store(Vector512.Load(sums + 24) + upper2, sums + 24);
    }
}
