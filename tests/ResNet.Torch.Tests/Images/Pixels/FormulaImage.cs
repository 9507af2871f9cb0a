using System.Security.Cryptography;
using System.Text.Json;
using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

/// <summary>Images given by a formula, and how results are compared with Pillow's: see "how" of the reference files.</summary>
static class FormulaImage
{
    public static byte[] Of(PixelShape shape)
    {
        var pixels = new byte[shape.Bytes];
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var pixel = pixels.AsSpan((y * shape.Width + x) * shape.Channels, shape.Channels);
                pixel[^1] = (byte)(40 + (3 * x * x + 5 * y) % 150);
                if (shape.Channels == 3)
                    (pixel[0], pixel[1]) = ((byte)(7 * x + 13 * y), (byte)(x * y + 31 * x + 5));
            }
        }
        return pixels;
    }

    /// <summary>4096 colours, 16 levels a channel.</summary>
    public static byte[] ColourCube() =>
        [.. Enumerable.Range(0, 4096).SelectMany(i => new[] { (byte)(17 * (i % 16)), (byte)(17 * (i / 16 % 16)), (byte)(17 * (i / 256)) })];

    public static PixelShape Shape(JsonElement @case) => new(Int(@case, "height"), Int(@case, "width"), Int(@case, "channels"));

    public static string Digest(byte[] pixels) => Convert.ToHexStringLower(SHA256.HashData(pixels))[..8];

    public static int Int(JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
