using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Samples;

/// <summary>The files as their authors publish them.</summary>
public static class FashionMnist
{
    const int Side = 28;
    const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    public const string Official = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    static readonly string[] classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    static readonly Dictionary<string, string> sha256 = new()
    {
        ["train-images-idx3-ubyte.gz"] = "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ["train-labels-idx1-ubyte.gz"] = "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ["t10k-images-idx3-ubyte.gz"] = "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ["t10k-labels-idx1-ubyte.gz"] = "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    };

    sealed class Item
    {
        [ImageType(Side, Side)]
        public required MLImage Image { get; init; }

        public required string Label { get; init; }
    }

    /// <summary>The ten names in the set's own order, so that keys are its labels.</summary>
    public static IDataView Classes(MLContext mlContext) => mlContext.Data.LoadFromEnumerable(classes.Select(name => new { Label = name }));

    public static IDataView Load(MLContext mlContext, string folder, string part, int? limit = null)
    {
        var pixels = Read(folder, part, "images-idx3", magic: 0x803, headerBytes: 16);
        var labels = Read(folder, part, "labels-idx1", magic: 0x801, headerBytes: 8);
        if (pixels.Length != labels.Length * Side * Side)
            throw new InvalidDataException($"{folder}: the {part} files hold {pixels.Length / (Side * Side)} images and {labels.Length} labels.");
        return mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, Math.Min(labels.Length, limit ?? int.MaxValue)).Select(i => new Item
        {
            Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Bgra32, Opaque(pixels.AsSpan(i * Side * Side, Side * Side))),
            Label = classes[labels[i]],
        }));
    }

    public static int Count(string folder, string part) => Read(folder, part, "labels-idx1", 0x801, 8).Length;

    static byte[] Opaque(ReadOnlySpan<byte> grey)
    {
        var pixels = new byte[4 * grey.Length];
        for (var i = 0; i < grey.Length; i++)
            (pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2], pixels[4 * i + 3]) = (grey[i], grey[i], grey[i], 255);
        return pixels;
    }

    static byte[] Read(string folder, string part, string kind, int magic, int headerBytes)
    {
        var path = Path.Combine(folder, $"{part}-{kind}-ubyte.gz");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}. Leave --data out to have the set downloaded.");
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        var content = bytes.ToArray();
        return content.Length >= headerBytes && BinaryPrimitives.ReadInt32BigEndian(content) == magic
            ? content[headerBytes..]
            : throw new InvalidDataException($"{path} is not an idx file of {kind} (it should begin with {magic:x8}).");
    }

    /// <summary>The folder of Debian's package, else one of the user's, to which missing files are downloaded and checked.</summary>
    public static async Task<string> FindOrDownload(string source, CancellationToken cancellation)
    {
        if (source == Official && sha256.Keys.All(name => File.Exists(Path.Combine(DebianFolder, name))))
            return DebianFolder;
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "fashion-mnist");
        Directory.CreateDirectory(folder);
        using var client = new HttpClient();
        foreach (var (name, hash) in sha256.Where(file => !File.Exists(Path.Combine(folder, file.Key))))
        {
            var address = new Uri(new Uri(source), name);
            Console.WriteLine($"downloading {address}");
            var bytes = await Download(client, address, folder, cancellation);
            var actual = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (actual != hash)
                throw new InvalidDataException($"{address}: the SHA-256 is {actual}, {hash} was expected. Nothing was kept.");
            var part = Path.Combine(folder, $"{name}.part");
            await File.WriteAllBytesAsync(part, bytes, cancellation);
            File.Move(part, Path.Combine(folder, name), overwrite: true);
        }
        return folder;
    }

    static async Task<byte[]> Download(HttpClient client, Uri address, string folder, CancellationToken cancellation)
    {
        try
        {
            return await client.GetByteArrayAsync(address, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new HttpRequestException($"{address} could not be read ({e.Message}). Put the file into {folder} by hand, or name a folder with --data.", e);
        }
    }
}
