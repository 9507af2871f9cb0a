using System.Text.Json.Serialization;

namespace ResNet.Torch;

/// <summary>How pixels are made up when an image is resized; each as Pillow's of the same name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Interpolation>))]
public enum Interpolation
{
    /// <summary>A triangle, two pixels wide.</summary>
    Bilinear,

    /// <summary>The one pixel that lies there; never averaged over others.</summary>
    Nearest,

    /// <summary>The mean of what falls into a pixel.</summary>
    Box,

    /// <summary>A raised cosine, two pixels wide.</summary>
    Hamming,

    /// <summary>Keys' cubic with a = −0.5, four pixels wide.</summary>
    Bicubic,

    /// <summary>Lanczos' windowed sinc, six pixels wide.</summary>
    Lanczos,
}
