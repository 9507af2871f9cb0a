using System.Formats.Tar;
using System.IO.Compression;

namespace ResNet.Torch.Images.Published;

/// <summary>The binary version of CIFAR-10 and CIFAR-100: a label or two, then 32×32 values of red, of green and of blue.</summary>
internal static class CifarImages
{
    const int Side = 32, Plane = Side * Side, ImageBytes = 3 * Plane;

    static readonly string[] names10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>CIFAR-10 or CIFAR-100: names of its files, and bytes of labels before each image, the last of which counts.</summary>
    sealed record Kind(string[] Train, string[] Test, string Names, int LabelBytes, int Classes)
    {
        public string[] Files(DataSetPart part) => part == DataSetPart.Train ? Train : Test;
    }

    static readonly Kind[] kinds =
    [
        new(["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"], ["test_batch.bin"], "batches.meta.txt", 1, 10),
        new(["train.bin"], ["test.bin"], "fine_label_names.txt", 2, 100),
    ];

    public static bool IsAt(string path) => Directory.Exists(path) ? KindOf(name => File.Exists(Path.Combine(path, name))) is not null : IsArchive(path) || KindOfFile(path) is not null;

    public static PublishedImages Load(string path, DataSetPart part)
    {
        if (KindOfFile(path) is { } single)
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return Of(single, [(path, File.ReadAllBytes(path))], ReadNames(folder, single));
        }
        if (IsArchive(path))
            return OfArchive(path, part);
        var kind = KindOf(name => File.Exists(Path.Combine(path, name)))!;
        var missing = kind.Files(part).Where(name => !File.Exists(Path.Combine(path, name))).ToList();
        if (missing.Count > 0)
            throw new FileNotFoundException($"{path} lacks {string.Join(", ", missing)}.", Path.Combine(path, missing[0]));
        return Of(kind, kind.Files(part).Select(name => Path.Combine(path, name)).Select(file => (file, File.ReadAllBytes(file))), ReadNames(path, kind));
    }

    static bool IsArchive(string path) => Path.GetFileName(path) is var name && name.StartsWith("cifar", StringComparison.OrdinalIgnoreCase)
        && (name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase));

    static Kind? KindOf(Func<string, bool> exists) => kinds.FirstOrDefault(kind => kind.Train.Concat(kind.Test).Any(exists));

    static Kind? KindOfFile(string path) => KindOf(name => name == Path.GetFileName(path));

    static string? ReadNames(string folder, Kind kind) => Path.Combine(folder, kind.Names) is var path && File.Exists(path) ? File.ReadAllText(path) : null;

    static PublishedImages OfArchive(string path, DataSetPart part)
    {
        var (files, names) = (new Dictionary<string, byte[]>(), new Dictionary<string, string>());
        try
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
            {
                var name = Path.GetFileName(entry.Name);
                if (entry.DataStream is null)
                    continue;
                using var content = new MemoryStream();
                if (kinds.Any(kind => kind.Files(part).Contains(name) || kind.Names == name))
                    entry.DataStream.CopyTo(content);
                if (kinds.Any(kind => kind.Names == name))
                    names[name] = System.Text.Encoding.UTF8.GetString(content.ToArray());
                else if (content.Length > 0)
                    files[name] = content.ToArray();
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"{path} is no tar.gz archive, or a damaged one ({e.Message.TrimEnd('.')}). Fetch it again.", e);
        }
        var found = kinds.FirstOrDefault(kind => kind.Files(part).All(files.ContainsKey))
            ?? throw new InvalidDataException($"{path} has neither {kinds[0].Files(part)[0]} nor {kinds[1].Files(part)[0]}. The binary version of CIFAR is read (cifar-10-binary.tar.gz), not Python's.");
        return Of(found, found.Files(part).Select(name => ($"{path}, {name}", files[name])), names.GetValueOrDefault(found.Names));
    }

    static PublishedImages Of(Kind kind, IEnumerable<(string Name, byte[] Content)> files, string? names)
    {
        var (pixels, labels) = (new List<byte[]>(), new List<byte>());
        var recordBytes = kind.LabelBytes + ImageBytes;
        foreach (var (name, content) in files)
        {
            if (content.Length == 0 || content.Length % recordBytes != 0)
                throw new InvalidDataException($"{name} has {content.Length} bytes, which are no whole number of images of {recordBytes}. Fetch it again.");
            for (var start = 0; start < content.Length; start += recordBytes)
            {
                var label = content[start + kind.LabelBytes - 1];
                if (label >= kind.Classes)
                    throw new InvalidDataException($"{name}, image {start / recordBytes}: the label is {label}; there are {kind.Classes} classes. Fetch it again.");
                labels.Add(label);
                pixels.Add(Interleaved(content.AsSpan(start + kind.LabelBytes, ImageBytes)));
            }
        }
        var lines = names?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var classNames = lines?.Length == kind.Classes ? lines : kind.Classes == names10.Length ? names10 : null;
        return new(new(Side, Side), channels: 3, [.. pixels.SelectMany(image => image)], [.. labels], classNames);
    }

    static byte[] Interleaved(ReadOnlySpan<byte> planes)
    {
        var pixels = new byte[ImageBytes];
        for (var i = 0; i < Plane; i++)
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (planes[i], planes[Plane + i], planes[2 * Plane + i]);
        return pixels;
    }
}
