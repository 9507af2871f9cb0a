namespace ResNet.Torch.Images;

/// <summary>What a pixel at a distance weighs in resizing: the filters of Pillow's Resample.c, in its order of operations.</summary>
internal static class ResizeKernel
{
    /// <summary>Half of the kernel's width, in pixels.</summary>
    public static double Reach(Interpolation kernel) => kernel switch
    {
        Interpolation.Box => 0.5,
        Interpolation.Bilinear or Interpolation.Hamming => 1,
        Interpolation.Bicubic => 2,
        Interpolation.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "No kernel has that name."),
    };

    /// <summary>The weight of a pixel whose centre is that far, in pixels, behind the point.</summary>
    public static double Weigh(Interpolation kernel, double distance)
    {
        var x = Math.Abs(distance);
        return kernel switch
        {
            Interpolation.Bilinear => Math.Max(0, 1 - x),
            Interpolation.Bicubic when x < 1 => (1.5 * x - 2.5) * x * x + 1,
            Interpolation.Bicubic when x < 2 => (((x - 5) * x + 8) * x - 4) * -0.5,
            Interpolation.Lanczos when distance is >= -3 and < 3 => Sinc(distance) * Sinc(distance / 3),
            Interpolation.Hamming when x < 1 => Sinc(x) * (0.54f + 0.46f * Math.Cos(x * Math.PI)),
            Interpolation.Box when distance is > -0.5 and <= 0.5 => 1,
            _ => 0,
        };
    }

    static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
