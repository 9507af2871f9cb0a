using System.Buffers.Binary;
using System.IO.Compression;

namespace ResNet.Torch.Images.Published;

/// <summary>MNIST's format: a file of images and one of labels, big-endian, perhaps compressed.</summary>
internal static class IdxImages
{
    const int ImagesMagic = 0x803, LabelsMagic = 0x801, MaxSide = 4096;
    const string Images = "images", ImagesKind = "idx3", Labels = "labels", LabelsKind = "idx1";

    public static bool IsAt(string path) => IsImages(path) || (Directory.Exists(path) && Enum.GetValues<DataSetPart>().Any(part => Find(path, part) is not null));

    public static PublishedImages Load(string path, DataSetPart part)
    {
        var images = IsImages(path) ? path : Find(path, part) ?? throw new FileNotFoundException($"{path} has no {Prefix(part)}-images-idx3-ubyte or {Prefix(part)}-images-idx3-ubyte.gz.", path);
        var labels = LabelsOf(images);
        var content = Read(images, ImagesMagic);
        var (count, height, width) = (Number(content, 1), Number(content, 2), Number(content, 3));
        if (height is < 1 or > MaxSide || width is < 1 or > MaxSide || count < 0 || content.Length != 16 + (long)count * height * width)
            throw new InvalidDataException($"{images} says that it has {count} images of {width}×{height} pixels, and holds {content.Length - 16} bytes of pixels. Fetch it again.");
        var classes = Read(labels, LabelsMagic);
        if (classes.Length != 8 + count)
            throw new InvalidDataException($"{images} has {count} images, {labels} {classes.Length - 8} labels. Fetch both again.");
        return new(new(height, width), channels: 1, content[16..], classes[8..], classNames: null);
    }

    static bool IsImages(string path) => Path.GetFileName(path) is var name && name.Contains(Images, StringComparison.Ordinal) && name.Contains(ImagesKind, StringComparison.Ordinal) && !Directory.Exists(path);

    static string Prefix(DataSetPart part) => part == DataSetPart.Train ? "train" : "t10k";

    static string? Find(string folder, DataSetPart part) => Directory.EnumerateFiles(folder)
        .Where(file => IsImages(file) && Path.GetFileName(file).StartsWith(Prefix(part), StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>The labels beside a file of images, compressed or not.</summary>
    static string LabelsOf(string images)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(images))!;
        var name = Path.GetFileName(images).Replace(Images, Labels, StringComparison.Ordinal).Replace(ImagesKind, LabelsKind, StringComparison.Ordinal);
        var plain = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
        string[] candidates = [Path.Combine(folder, name), Path.Combine(folder, plain), Path.Combine(folder, $"{plain}.gz")];
        return candidates.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException($"There is no {candidates[0]}, the labels of {images}.", candidates[0]);
    }

    static byte[] Read(string path, int magic)
    {
        try
        {
            var content = File.ReadAllBytes(path);
            if (content is [0x1f, 0x8b, ..])
            {
                using var file = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
                using var bytes = new MemoryStream();
                file.CopyTo(bytes);
                content = bytes.ToArray();
            }
            return content.Length >= (magic == ImagesMagic ? 16 : 8) && Number(content, 0) == magic
                ? content
                : throw new InvalidDataException($"it does not begin with {magic:x8}");
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path} is no idx file of {(magic == ImagesMagic ? Images : Labels)}, or a damaged one ({e.Message.TrimEnd('.')}). Fetch it again.", e);
        }
    }

    static int Number(byte[] content, int index) => BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(4 * index));
}
