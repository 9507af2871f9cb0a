namespace ResNet.Torch.Images.Jpeg;

/// <summary>The order of an 8×8 block's coefficients in a file (ITU-T T.81, figure A.6).</summary>
internal static class ZigZag
{
    public const int Coefficients = 64;

    /// <summary>A block, and behind it the place that <see cref="Places"/> gives to coefficients that there are not.</summary>
    public const int Room = Coefficients + 8;

    /// <summary>Where the coefficients stand in a block, row by row; coefficients 64 to 127 behind it.</summary>
    public static ReadOnlySpan<byte> Places =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    ];
}
