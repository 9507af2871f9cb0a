using System.Runtime.InteropServices;
using ResNet.Torch.Runtime;

namespace ResNet.Torch.Models;

// The passes over the pixels, each thread with rows of its own, and the figures of channels between them.
internal sealed unsafe partial class NormRelu
{
    float[] figures = [];
    double[] sums = [];
    int parts;
    byte* x, around, y, gradient, through, result;
    long rows, width, channels;
    bool isHalf;

    /// <summary>Both sums of a channel, over all parts and all pixels of a row.</summary>
    (double First, double Second) Totals(int channel)
    {
        double first = 0, second = 0;
        for (var part = 0; part < parts; part++)
        {
            for (var place = channel; place < width; place += (int)channels)
            {
                first += sums[part * 2 * width + Place(place)];
                second += sums[part * 2 * width + width + Place(place)];
            }
        }
        return (first, second);
    }

    int Place(int channel) => channel / Group * Group + (isHalf ? Halves.Place(channel % Group) : Singles.Place(channel % Group));

    // One beside the other, in an array that stays where it is.
    float* Mean => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(figures, 0);

    float* Inverse => Mean + width;

    float* Scale => Mean + 2 * width;

    float* Shift => Mean + 3 * width;

    float* ByX => Mean + 4 * width;

    float* Rest => Mean + 5 * width;

    double* Sums(int part) => (double*)Marshal.UnsafeAddrOfPinnedArrayElement(sums, 0) + part * 2 * width;

    void ClearSums() => sums.AsSpan().Clear();

    void Sum(int part, int parts)
    {
        var own = Sums(part);
        var (from, to) = NativeThreads.Share(rows, part, parts);
        if (isHalf)
            NormKernels<Halves>.Sum(x, from, to, width, Mean, own, own + width);
        else
            NormKernels<Singles>.Sum(x, from, to, width, Mean, own, own + width);
    }

    void Activate(int part, int parts)
    {
        var (from, to) = NativeThreads.Share(rows, part, parts);
        if (isHalf)
            NormKernels<Halves>.Activate(x, around, y, from, to, width, Scale, Shift);
        else
            NormKernels<Singles>.Activate(x, around, y, from, to, width, Scale, Shift);
    }

    void SumGradients(int part, int parts)
    {
        var own = Sums(part);
        var (from, to) = NativeThreads.Share(rows, part, parts);
        if (isHalf)
            NormKernels<Halves>.SumGradients(gradient, x, y, through, from, to, width, Scale, Shift, Mean, own, own + width);
        else
            NormKernels<Singles>.SumGradients(gradient, x, y, through, from, to, width, Scale, Shift, Mean, own, own + width);
    }

    void GiveBack(int part, int parts)
    {
        var (from, to) = NativeThreads.Share(rows, part, parts);
        var (given, isThrough) = (through is null ? (nint)gradient : (nint)through, through is not null);
        if (isHalf)
            NormKernels<Halves>.Return((byte*)given, x, result, isThrough, from, to, width, Scale, Shift, Scale, ByX, Rest);
        else
            NormKernels<Singles>.Return((byte*)given, x, result, isThrough, from, to, width, Scale, Shift, Scale, ByX, Rest);
    }

    void MakeRoom()
    {
        if (figures.Length < 6 * width)
            figures = GC.AllocateArray<float>((int)(6 * width), pinned: true);
        if (sums.Length < 2 * width * parts)
            sums = GC.AllocateArray<double>((int)(2 * width * parts), pinned: true);
    }
}
