using System.Text.Json.Serialization;
using ResNet.Torch.Images;
using ResNet.Torch.Wording;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>What a network expects of its images; it travels with the network through training, scoring and saving.</summary>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Mean">For each channel, the value subtracted after scaling to 0..1: three for red, green and blue, one for grey.</param>
/// <param name="Std">For each channel, in the same order, the divisor that follows.</param>
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
    /// pixels are cut from its middle. Default null: images come in the preset's own size, unless <see cref="ResizeTo"/> says otherwise.
    /// </summary>
    public int? ResizeShorterSide { get; init; }

    /// <summary>
    /// The size that an image is resized to whatever its shape, before <see cref="Height"/> × <see cref="Width"/> pixels are cut from its
    /// middle. Default null; not together with <see cref="ResizeShorterSide"/>.
    /// </summary>
    public ImageSize? ResizeTo { get; init; }

    /// <summary>How that resizing makes up pixels. Default <see cref="Interpolation.Bilinear"/> (torchvision's ImageClassification preset).</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Whether that resizing, where it shrinks, averages over all the pixels that fall into one. Default true, as in PIL and torchvision.</summary>
    public bool Antialias { get; init; } = true;

    /// <summary>
    /// The order in which the network takes its channels. Default <see cref="ChannelOrder.Rgb"/>. Pixels, <see cref="Mean"/> and
    /// <see cref="Std"/> are in the order red, green, blue all the same: channels are put in the network's order last.
    /// </summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>
    /// Which parts of a resized image are scored; the probabilities, or the features, of several are averaged. Default <see cref="ImageCrops.Centre"/>. Training,
    /// <see cref="ReadFile(string, ImageDecodingOptions?)"/> and <see cref="ReadPixels"/> take the middle whatever it says; an exported graph takes one part at a time.
    /// </summary>
    public ImageCrops Crops { get; init; }

    /// <summary>Channels of an image: 3 for RGB, 1 for grey.</summary>
    [JsonIgnore]
    public int Channels => Mean.Count;

    /// <summary>Bytes of one image: rows from the top, pixels from the left, the channels of a pixel side by side.</summary>
    [JsonIgnore]
    public int ImageBytes => checked(Height * Width * Channels);

    /// <summary>Parts of an image that are scored.</summary>
    [JsonIgnore]
    internal int CropCount => Crops == ImageCrops.Ten ? 10 : 1;

    /// <summary>Bytes that an image becomes for scoring: its parts, one after the other.</summary>
    [JsonIgnore]
    internal int ScoredBytes => checked(CropCount * ImageBytes);

    /// <summary>The same that takes the middle alone.</summary>
    [JsonIgnore]
    internal ImagePreset OfCentre => this with { Crops = ImageCrops.Centre };

    /// <summary>The same with the shorter side resized so that the preset's size is a fraction of it, as timm's <c>crop_pct</c> says it.</summary>
    /// <param name="fraction">Above 0 and at most 1; the side is rounded down to whole pixels: 224 and 0.95 give 235.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    /// <exception cref="InvalidOperationException">The preset is not square.</exception>
    public ImagePreset WithCropFraction(double fraction)
    {
        if (fraction is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction is above 0 and at most 1.");
        return Height == Width
            ? this with { ResizeShorterSide = (int)Math.Floor(Height / fraction), ResizeTo = null }
            : throw new InvalidOperationException($"A crop fraction gives the size of a square; the preset is {Width}×{Height}. Set {nameof(ResizeShorterSide)} or {nameof(ResizeTo)}.");
    }

    /// <summary>Reads an image file as the network wants it: decoded, resized, its middle cut out.</summary>
    /// <param name="path">A JPEG, PNG, BMP, GIF or WebP file.</param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <returns><see cref="ImageBytes"/> bytes, as <see cref="ImageClassifier.Score"/> and <see cref="LabelledImages.Add"/> take them.</returns>
    /// <exception cref="ImageDecodingException">The file cannot be read or decoded; or the preset does not resize, and the image has another size.</exception>
    /// <exception cref="ArgumentException">The preset or the options have faults; the message names them.</exception>
    public byte[] ReadFile(string path, ImageDecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return OfCentre.ReadForScoring(path, decoding);
    }

    /// <summary>Reads an image file into memory that is there already, one image after the other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pixels">Room for <see cref="ImageBytes"/> bytes; the first ones are written, all of them or, on an error, whatever came so far.</param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <exception cref="ArgumentException">There is too little room, or the preset or the options have faults.</exception>
    /// <exception cref="ImageDecodingException">The file cannot be read or decoded, or is of a size that the preset does not take.</exception>
    public void ReadFile(string path, Span<byte> pixels, ImageDecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var reader = new ImageReader(OfCentre, decoding);
        if (pixels.Length < ImageBytes)
            throw new ArgumentException($"An image is {ImageBytes} bytes; there is room for {pixels.Length}.", nameof(pixels));
        reader.Read(path, pixels);
    }

    /// <summary>Turns pixels in memory into what the network wants: channels converted, resized, the middle cut out.</summary>
    /// <param name="pixels">Rows from the top, pixels from the left, the channels of a pixel side by side.</param>
    /// <param name="size">Height and width of the image, at least 1.</param>
    /// <param name="channels">Channels of the image: 3 for RGB, 1 for grey. RGB becomes grey by its luma (ITU-R BT.601), grey three equal channels.</param>
    /// <returns><see cref="ImageBytes"/> bytes, as <see cref="ImageClassifier.Score"/> and <see cref="LabelledImages.Add"/> take them.</returns>
    /// <exception cref="ArgumentException">The bytes are not an image of that size; the preset has faults, or does not resize and the image has another size.</exception>
    public byte[] ReadPixels(ReadOnlySpan<byte> pixels, ImageSize size, int channels)
    {
        ArgumentNullException.ThrowIfNull(size);
        return OfCentre.ReadForScoring(pixels, size, channels);
    }

    /// <summary>Reads all parts of a file that are scored: <see cref="ScoredBytes"/> bytes.</summary>
    /// <inheritdoc cref="ReadFile(string, ImageDecodingOptions?)"/>
    internal byte[] ReadForScoring(string path, ImageDecodingOptions? decoding = null)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(ScoredBytes);
        new ImageReader(this, decoding).Read(path, pixels);
        return pixels;
    }

    /// <inheritdoc cref="ReadForScoring(string, ImageDecodingOptions?)"/>
    internal byte[] ReadForScoring(Stream stream, ImageDecodingOptions? decoding = null)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(ScoredBytes);
        new ImageReader(this, decoding).Read(stream, pixels);
        return pixels;
    }

    /// <summary>Turns pixels in memory into all parts that are scored: <see cref="ScoredBytes"/> bytes.</summary>
    /// <inheritdoc cref="ReadPixels"/>
    internal byte[] ReadForScoring(ReadOnlySpan<byte> pixels, ImageSize size, int channels)
    {
        if (Fault() is { } fault)
            throw new ArgumentException(fault);
        if (channels is not (1 or 3) || Channels is not (1 or 3))
            throw new ArgumentException($"Images have 3 channels (RGB) or 1 (grey); the image has {channels}, the preset {Channels}.", nameof(channels));
        if (size.Height < 1 || size.Width < 1 || pixels.Length != (long)size.Height * size.Width * channels)
            throw new ArgumentException($"An image of {size.Width}×{size.Height} pixels with {channels} channels is {(long)size.Height * size.Width * channels} bytes (received {pixels.Length}).", nameof(pixels));

        using var image = new DecodedImage(new(size.Height, size.Width, Channels));
        PixelPacking.Convert(pixels, channels, image.Pixels, Channels);
        var target = new byte[ScoredBytes];
        return this.Prepare(image, target) is { } unfit ? throw new ArgumentException($"Received {unfit}.", nameof(size)) : target;
    }

    /// <summary>Whether it says how images of other sizes are brought to its own.</summary>
    [JsonIgnore]
    internal bool Resizes => ResizeShorterSide is not null || ResizeTo is not null;

    /// <summary>Why no network can have it, as a file may; null where one can.</summary>
    internal string? Fault()
    {
        if (Height < 1 || Width < 1 || Mean.Count != Std.Count)
            return $"The preset is {Width}×{Height} pixels with {Counted.Of(Mean.Count, "mean")} and {Counted.Of(Std.Count, "deviation")}; sizes are at least 1, and each channel has one of both.";
        if (ResizeShorterSide is < 1 and var side)
            return $"The preset resizes the shorter side to {side} pixels; it is at least 1.";
        if (ResizeTo is { Height: < 1 } or { Width: < 1 })
            return $"The preset resizes to {ResizeTo.Width}×{ResizeTo.Height} pixels; sizes are at least 1.";
        if (ResizeShorterSide is not null && ResizeTo is not null)
            return $"The preset has both {nameof(ResizeShorterSide)} ({ResizeShorterSide}) and {nameof(ResizeTo)} ({ResizeTo.Width}×{ResizeTo.Height}); images are resized in one way.";
        if (Crops == ImageCrops.Ten && !HasTenCrops)
            return $"The preset takes ten crops of {Width}×{Height} pixels, and does not resize images to as much; set {nameof(ResizeShorterSide)} or {nameof(ResizeTo)}.";
        return Enum.IsDefined(Interpolation) && Enum.IsDefined(ChannelOrder) && Enum.IsDefined(Crops)
            ? null
            : $"The preset has the interpolation {Interpolation}, the order of channels {ChannelOrder} and the crops {Crops}; there are {string.Join(", ", Enum.GetNames<Interpolation>())}; {string.Join(", ", Enum.GetNames<ChannelOrder>())}; and {string.Join(", ", Enum.GetNames<ImageCrops>())}.";
    }

    /// <summary>Whether some resized image is large enough for crops at its corners.</summary>
    bool HasTenCrops => ResizeTo is { } size ? size.Height >= Height && size.Width >= Width : ResizeShorterSide >= Math.Min(Height, Width);

    /// <summary>Turns pixels into the batch that a network expects.</summary>
    /// <param name="pixels">uint8 [N, <see cref="Height"/>, <see cref="Width"/>, <see cref="Channels"/>].</param>
    /// <returns>float32 [N, C, H, W], (x/255 − mean)/std, in <see cref="ChannelOrder"/>, channels-last in memory. The caller disposes it.</returns>
    internal Tensor ToBatch(Tensor pixels)
    {
        using var normalization = new Normalization(this, pixels.device);
        return normalization.Apply(pixels);
    }
}
