using System.Buffers.Binary;
using System.IO.Compression;
using ResNet.Torch;
using ResNet.Torch.Images;

namespace ResNet.Results.Data;

/// <summary>Fashion-MNIST as its authors publish it: four idx files, compressed.</summary>
static class FashionMnist
{
    const int Side = 28;

    /// <summary>Where Debian's package dataset-fashion-mnist puts the files.</summary>
    public const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    // Mean and deviation of the 60,000 training images' pixels, over 255.
    const float Mean = 0.2860f, Std = 0.3530f;

    /// <param name="folder">The four files.</param>
    /// <param name="part">"train" or "t10k".</param>
    /// <param name="size">Side in pixels that the images are resized to, bilinearly.</param>
    /// <param name="channels">1, or 3 equal ones.</param>
    public static LabelledImages Load(string folder, string part, int size = Side, int channels = 1)
    {
        var pixels = Read(folder, $"{part}-images-idx3-ubyte.gz", magic: 0x803, headerBytes: 16);
        var labels = Read(folder, $"{part}-labels-idx1-ubyte.gz", magic: 0x801, headerBytes: 8);
        var images = new LabelledImages(new(size, size, [.. Enumerable.Repeat(Mean, channels)], [.. Enumerable.Repeat(Std, channels)]), classes: 10);
        var (from, to) = (new PixelShape(Side, Side, 1), new PixelShape(size, size, 1));
        var grey = new byte[to.Bytes];
        for (var i = 0; i < labels.Length; i++)
        {
            PixelResize.Resize(pixels.AsSpan(i * from.Bytes, from.Bytes), from, new(0, 0, Side, Side), grey, to);
            images.Add(channels == 1 ? grey : [.. grey.SelectMany(value => Enumerable.Repeat(value, channels))], labels[i]);
        }
        return images;
    }

    static byte[] Read(string folder, string name, int magic, int headerBytes)
    {
        var path = Path.Combine(folder, name);
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        var content = bytes.ToArray();
        return content.Length >= headerBytes && BinaryPrimitives.ReadInt32BigEndian(content) == magic
            ? content[headerBytes..]
            : throw new InvalidDataException($"{path} is not an idx file that begins with {magic:x8}.");
    }
}
