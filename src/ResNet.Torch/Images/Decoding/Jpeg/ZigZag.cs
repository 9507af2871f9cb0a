namespace ResNet.Torch.Images.Jpeg;

/// <summary>The order of an 8×8 block's coefficients in a file (ITU-T T.81, figure A.6), and that in which they are kept.</summary>
/// <remarks>
/// Kept is what <see cref="InverseDct"/> takes as it is: rows 0 and 4, 2 and 6, 1 and 3, 5 and 7 beside each other, number by number, and the columns within
/// them in the same order.
/// </remarks>
internal static class ZigZag
{
    public const int Coefficients = 64;

    /// <summary>A block, and behind it the place that <see cref="Places"/> gives to coefficients that there are not.</summary>
    public const int Room = Coefficients + 16;

    /// <summary>Where the coefficients are kept; coefficients 64 to 127 behind the block.</summary>
    public static ReadOnlySpan<byte> Places =>
    [
        0, 8, 32, 16, 40, 4, 10, 36, 24, 33, 1, 41, 20, 42, 2, 12, 34, 26, 37, 9, 48, 17, 56, 5, 43, 18, 44, 6, 14, 38, 28, 35,
        11, 52, 25, 49, 57, 21, 58, 3, 45, 22, 46, 30, 39, 13, 50, 27, 53, 59, 19, 60, 7, 47, 15, 54, 29, 51, 61, 23, 62, 31, 55, 63,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    ];
}
