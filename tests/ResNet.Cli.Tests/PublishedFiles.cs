using System.Buffers.Binary;
using System.IO.Compression;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests;

/// <summary>Images of <see cref="TestImages"/> in the files of MNIST (grey, 32×32) and CIFAR-10; image i has seed i and class i mod 3.</summary>
static class PublishedFiles
{
    public static byte[] Labels(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i % 3))];

    /// <param name="folder">The test's folder.</param>
    /// <param name="name">The data set's folder in it.</param>
    /// <param name="part">"train" or "t10k".</param>
    /// <param name="count">Number of images.</param>
    public static string WriteIdx(TemporaryFolder folder, string name, string part, int count) => WriteIdx(folder.File(name), part, count);

    /// <inheritdoc cref="WriteIdx(TemporaryFolder, string, string, int)"/>
    /// <returns>The folder.</returns>
    public static string WriteIdx(string folder, string part, int count)
    {
        var labels = Labels(count);
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), [0x801, count], labels);
        Write(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), [0x803, count, 32, 32], [.. labels.SelectMany((label, i) => TestImages.Pixels(label, i, 1, 32))]);
        return folder;
    }

    /// <summary>Writes a file of the binary version.</summary>
    public static void WriteCifar(string path, int count) =>
        File.WriteAllBytes(path, [.. Labels(count).SelectMany((label, i) => Planes(TestImages.Pixels(label, i, 3, 32)).Prepend(label))]);

    static void Write(string path, int[] header, byte[] values)
    {
        using var file = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        Span<byte> number = stackalloc byte[4];
        foreach (var value in header)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, value);
            file.Write(number);
        }
        file.Write(values);
    }

    static IEnumerable<byte> Planes(byte[] pixels) => Enumerable.Range(0, 3).SelectMany(channel => pixels.Where((_, i) => i % 3 == channel));
}
