using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>How pixels are made up when an image is resized.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Interpolation>))]
public enum Interpolation
{
    /// <summary>Linear in both directions.</summary>
    Bilinear,
}

/// <summary>What a network expects of its images; it travels with the network through training, scoring and saving.</summary>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Mean">For each channel, the value subtracted after scaling to 0..1: three for RGB, one for grey.</param>
/// <param name="Std">For each channel, the divisor that follows.</param>
public sealed record ImagePreset(int Height, int Width, IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    static readonly float[] imageNetMean = [0.485f, 0.456f, 0.406f];
    static readonly float[] imageNetStd = [0.229f, 0.224f, 0.225f];

    /// <summary>ImageNet's statistics for RGB (torchvision's presets); their averages for grey images.</summary>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or <paramref name="channels"/> is neither 1 nor 3.</exception>
    public static ImagePreset ImageNet(int height, int width, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return channels switch
        {
            3 => new(height, width, imageNetMean, imageNetStd),
            1 => new(height, width, [imageNetMean.Average()], [imageNetStd.Average()]),
            _ => throw new ArgumentOutOfRangeException(nameof(channels), channels, "Images have 3 channels (RGB) or 1 (grey)."),
        };
    }

    /// <summary>
    /// The length in pixels that an image's shorter side is resized to, before <see cref="Height"/> × <see cref="Width"/>
    /// pixels are cut from its middle. Default null: images come in the preset's own size.
    /// </summary>
    public int? ResizeShorterSide { get; init; }

    /// <summary>How that resizing makes up pixels. Default <see cref="Interpolation.Bilinear"/> (torchvision's ImageClassification preset).</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Whether that resizing, where it shrinks, averages over all the pixels that fall into one. Default true, as in PIL and torchvision.</summary>
    public bool Antialias { get; init; } = true;

    /// <summary>Channels of an image: 3 for RGB, 1 for grey.</summary>
    [JsonIgnore]
    public int Channels => Mean.Count;

    /// <summary>Bytes of one image: rows from the top, pixels from the left, the channels of a pixel side by side.</summary>
    [JsonIgnore]
    public int ImageBytes => checked(Height * Width * Channels);

    /// <summary>Why no network can have it, as a file may; null where one can.</summary>
    internal string? Fault() => Height < 1 || Width < 1 || Mean.Count != Std.Count
        ? $"The preset is {Width}×{Height} pixels with {Mean.Count} means and {Std.Count} deviations; sizes are at least 1, and each channel has one of both."
        : null;

    /// <summary>Turns pixels into the batch that a network expects.</summary>
    /// <param name="pixels">uint8 [N, <see cref="Height"/>, <see cref="Width"/>, <see cref="Channels"/>].</param>
    /// <returns>float32 [N, C, H, W], (x/255 − mean)/std, channels-last in memory. The caller disposes it.</returns>
    internal Tensor ToBatch(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        // (x/255 − mean)/std = (x − 255·mean) / (255·std): one pass less
        var mean = tensor(Mean.Select(m => 255 * m).ToArray());
        var std = tensor(Std.Select(s => 255 * s).ToArray());
        return pixels.to(ScalarType.Float32).sub_(mean).div_(std).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
