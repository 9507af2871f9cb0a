using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

/// <summary>A small image file, and what Pillow makes of it: see "how" of image-files.json.</summary>
sealed record ImageFixture(string Name, byte[] File, int Height, int Width, byte[] Rgb, byte[] Grey, byte[]? Over, int Tolerance)
{
    public static IReadOnlyList<ImageFixture> All { get; } =
    [
        .. ReferenceFile.Read("image-files.json").GetProperty("files").EnumerateArray().Select(file => new ImageFixture(
            file.GetProperty("name").GetString()!,
            file.GetProperty("file").GetBytesFromBase64(),
            file.GetProperty("height").GetInt32(),
            file.GetProperty("width").GetInt32(),
            file.GetProperty("rgb").GetBytesFromBase64(),
            file.GetProperty("grey").GetBytesFromBase64(),
            file.TryGetProperty("over", out var over) ? over.GetBytesFromBase64() : null,
            file.GetProperty("tolerance").GetInt32())),
    ];

    public static ImageFixture Find(string name) => All.Single(file => file.Name == name);

    /// <summary>163×121 pixels: "file", the same as "progressive", and what torchvision makes of it, "rgb".</summary>
    public static byte[] Large(string property) => ReferenceFile.Read("image-files.json").GetProperty("large").GetProperty(property).GetBytesFromBase64();

    /// <summary>Decodes a file's bytes.</summary>
    public static (PixelShape Shape, byte[] Pixels) Decode(byte[] file, int channels = 3, ImageDecodingOptions? options = null, string? name = null)
    {
        using var image = ImageDecoder.Decode(new(file, name), channels, options ?? new());
        var shape = image.Shape with { Channels = channels };
        var pixels = new byte[shape.Bytes];
        switch (image.Shape.Channels)
        {
            case 4: PixelPacking.ToRgb(image.Pixels, pixels); break;
            case 1 when channels == 3: PixelPacking.GreyToRgb(image.Pixels, pixels); break;
            default: image.Pixels.CopyTo(pixels); break;
        }
        return (shape, pixels);
    }

    public static int LargestDifference(byte[] expected, byte[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        return expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
    }

    public override string ToString() => Name;
}
