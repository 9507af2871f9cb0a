namespace ResNet.Torch.Images.Jpeg;

/// <summary>What the components of a JPEG are.</summary>
internal enum JpegColours
{
    Grey,
    YCbCr,

    /// <summary>What four inks leave of the light, as Adobe's programs write it: 0 is all ink, 255 none.</summary>
    Cmyk,

    /// <summary>The same, with the complement of the first three as YCbCr.</summary>
    Ycck,
}
