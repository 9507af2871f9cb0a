using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Models;

/// <summary>A convolution that has few pixels to make, as one matrix product: a row is what lies under the kernel for one of them.</summary>
/// <remarks>
/// oneDNN's convolutions are made for images: with a single pixel, eight ninths of a 3×3 kernel lie outside. Forward and backward pass of 512 channels at batch 64, bfloat16,
/// AVX-512, one thread: 1.7 ms instead of 10.3 for 1×1 pixel, 11.2 instead of 24.2 for 2×2. From 3×3 on it is no faster.
/// </remarks>
internal static class FewPixels
{
    const long Most = 4;

    /// <summary>One side of a convolution, without what of its kernel never meets the image.</summary>
    /// <param name="Outputs">Pixels of the result.</param>
    /// <param name="Stride">Pixels of the image from one of them to the next.</param>
    /// <param name="First">The first place of the kernel that meets the image.</param>
    /// <param name="Length">How many there are to the last.</param>
    /// <param name="Before">Zeros before the image.</param>
    /// <param name="After">Zeros behind it.</param>
    readonly record struct Side(long Outputs, long Stride, long First, long Length, long Before, long After)
    {
        public static Side Of(Conv2d convolution, int side, long size)
        {
            var (kernel, stride, padding) = (convolution.kernel_size[side], convolution.stride[side], convolution.padding![side]);
            var outputs = (size + 2 * padding - kernel) / stride + 1;
            var end = (outputs - 1) * stride - padding;                            // where the kernel lies for the last pixel
            var (first, last) = (Math.Max(0, -end), Math.Min(kernel, size + padding) - 1);
            return new(outputs, stride, first, last - first + 1, padding - first, Math.Max(0, end + last - (size - 1)));
        }
    }

    static Side Rows(Conv2d convolution, Tensor images) => Side.Of(convolution, 0, images.size(2));

    static Side Columns(Conv2d convolution, Tensor images) => Side.Of(convolution, 1, images.size(3));

    /// <summary>Whether a convolution of images of a size is better done here.</summary>
    public static bool Are(Conv2d convolution, Tensor images) =>
        images.device_type == TorchSharp.DeviceType.CPU && convolution is { groups: 1, padding: not null, dilation: [1, 1] } && Rows(convolution, images).Outputs * Columns(convolution, images).Outputs <= Most;

    /// <summary>The convolution's figures, in channels-last.</summary>
    public static Tensor Convolve(Conv2d convolution, Tensor images)               // N×in×H×W
    {
        var (rows, columns) = (Rows(convolution, images), Columns(convolution, images));
        using var parts = Parts(images, rows, columns);                            // N·pixels×(kernel·in)
        using var kernel = Kernel(convolution.weight, rows, columns);              // out×(kernel·in)
        using var pixels = functional.linear(parts, kernel, convolution.bias);
        using var result = pixels.view(images.size(0), rows.Outputs, columns.Outputs, convolution.out_channels);
        return result.permute(0, 3, 1, 2);
    }

    /// <summary>What lies under the kernel, for each pixel of the result.</summary>
    static Tensor Parts(Tensor images, Side rows, Side columns)
    {
        using var inside = images.permute(0, 2, 3, 1);
        using var padded = (rows.Before, rows.After, columns.Before, columns.After) == default ? inside.alias() : functional.pad(inside, [0, 0, columns.Before, columns.After, rows.Before, rows.After]);
        if (rows.Outputs * columns.Outputs == 1)
        {
            using var part = Cut(padded, 0, rows.Length, 0, columns.Length);
            return part.flatten(1);
        }
        var parts = new Tensor[rows.Outputs * columns.Outputs];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Cut(padded, i / columns.Outputs * rows.Stride, rows.Length, i % columns.Outputs * columns.Stride, columns.Length);
        using var all = stack(parts, 1);                                           // N×pixels×height×width×in
        Array.ForEach(parts, part => part.Dispose());
        return all.view(images.size(0) * parts.Length, -1);
    }

    static Tensor Kernel(Tensor weight, Side rows, Side columns)
    {
        using var whole = weight.permute(0, 2, 3, 1);                              // a view of weights that lie in channels-last
        using var used = Cut(whole, rows.First, rows.Length, columns.First, columns.Length);
        return used.flatten(1);
    }

    static Tensor Cut(Tensor images, long top, long height, long left, long width)   // N×H×W×C
    {
        using var rows = images.narrow(1, top, height);
        return rows.narrow(2, left, width);
    }
}
