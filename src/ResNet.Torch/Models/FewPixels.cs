using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Models;

/// <summary>A convolution that has few pixels to make, as matrix products: a pixel is the part of the image under the kernel times that part of the kernel.</summary>
/// <remarks>
/// oneDNN's convolutions are made for images: with a single pixel, eight ninths of a 3×3 kernel lie outside, and the weights' gradient
/// takes seven times as long as as many products (512 channels, batch 256, bfloat16, AVX-512).
/// </remarks>
internal static class FewPixels
{
    const long Most = 4;

    /// <summary>Pixels of an image, along one side, that a pixel of the result is made of, and the place in the kernel of the first of them.</summary>
    readonly record struct Window(long Start, long Length, long Kernel)
    {
        public static Window Of(Conv2d convolution, int side, long size, long output)
        {
            var corner = output * convolution.stride[side] - convolution.padding![side];
            var kernel = Math.Max(0, -corner);
            return new(corner + kernel, Math.Min(convolution.kernel_size[side], size - corner) - kernel, kernel);
        }
    }

    /// <summary>Whether a convolution of images of a size is better done here.</summary>
    public static bool Are(Conv2d convolution, Tensor images) =>
        images.device_type == TorchSharp.DeviceType.CPU && convolution is { groups: 1, padding: not null, dilation: [1, 1] } && Outputs(convolution, images, 0) * Outputs(convolution, images, 1) <= Most;

    static long Outputs(Conv2d convolution, Tensor images, int side) =>
        (images.size(2 + side) + 2 * convolution.padding![side] - convolution.kernel_size[side]) / convolution.stride[side] + 1;

    /// <summary>The convolution's figures, in channels-last.</summary>
    public static Tensor Convolve(Conv2d convolution, Tensor images)              // N×in×H×W
    {
        using var scope = NewDisposeScope();
        var (height, width) = (Outputs(convolution, images, 0), Outputs(convolution, images, 1));
        var pixels = new Tensor[height * width];
        for (var i = 0; i < pixels.Length; i++)
        {
            var rows = Window.Of(convolution, 0, images.size(2), i / width);
            var columns = Window.Of(convolution, 1, images.size(3), i % width);
            pixels[i] = functional.linear(
                Cut(images, rows.Start, columns.Start, rows.Length, columns.Length),
                Cut(convolution.weight, rows.Kernel, columns.Kernel, rows.Length, columns.Length),
                convolution.bias);                                                // N×out
        }
        var all = pixels.Length == 1 ? pixels[0] : stack(pixels, 1);              // N×pixels×out
        return all.view(images.size(0), height, width, -1).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    static Tensor Cut(Tensor images, long top, long left, long height, long width) =>
        images.narrow(2, top, height).narrow(3, left, width).permute(0, 2, 3, 1).flatten(1);   // N×(height·width·C)
}
