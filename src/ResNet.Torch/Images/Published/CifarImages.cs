using System.Formats.Tar;
using System.IO.Compression;

namespace ResNet.Torch.Images.Published;

/// <summary>CIFAR-10 and CIFAR-100 as their authors publish them: a folder of files, one of these, or their archive.</summary>
internal static class CifarImages
{
    const long MaxFileBytes = 1 << 28; // of a file in an archive; CIFAR-100's largest has 161 MB

    static readonly string[] names10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>A file, as it is called in errors, and what it holds.</summary>
    readonly record struct Content(string Name, byte[] Bytes)
    {
        public static Content Of(string path) => new(path, File.ReadAllBytes(path));
    }

    public static bool IsAt(string path) => Directory.Exists(path) ? VersionIn(path) is not null : IsArchive(path) || VersionOf(path) is not null;

    public static PublishedImages Load(string path, DataSetPart part)
    {
        if (Directory.Exists(path))
            return OfFolder(path, VersionIn(path)!, part);
        if (VersionOf(path) is { } version)
            return Of(version, [Content.Of(path)], NamesIn(Path.GetDirectoryName(Path.GetFullPath(path))!, version));
        return OfArchive(path, part);
    }

    static bool IsArchive(string path) => Path.GetFileName(path) is var name && name.StartsWith("cifar", StringComparison.OrdinalIgnoreCase)
        && (name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase));

    /// <summary>The version that a folder has files of.</summary>
    static CifarVersion? VersionIn(string folder) => CifarVersion.All.FirstOrDefault(version =>
        version.Train.Concat(version.Test).Select(name => Path.Combine(folder, name)).Any(file => File.Exists(file) && version.Accepts(file)));

    /// <summary>The version that a file is of, by its name.</summary>
    static CifarVersion? VersionOf(string path) => CifarVersion.All.FirstOrDefault(version => version.Train.Concat(version.Test).Contains(Path.GetFileName(path)) && version.Accepts(path));

    static Content? NamesIn(string folder, CifarVersion version) => Path.Combine(folder, version.Names) is var path && File.Exists(path) ? Content.Of(path) : null;

    static PublishedImages OfFolder(string folder, CifarVersion version, DataSetPart part)
    {
        string[] files = [.. version.Files(part).Select(name => Path.Combine(folder, name))];
        string[] missing = [.. files.Where(file => !File.Exists(file))];
        if (missing.Length > 0)
            throw new FileNotFoundException($"{folder} lacks {string.Join(", ", missing.Select(Path.GetFileName))}.", missing[0]);
        return Of(version, files.Select(Content.Of), NamesIn(folder, version));
    }

    static PublishedImages OfArchive(string path, DataSetPart part)
    {
        var files = ReadArchive(path, name => CifarVersion.All.Any(version => version.Files(part).Contains(name) || version.Names == name));
        var found = CifarVersion.All.FirstOrDefault(version => version.Files(part).All(files.ContainsKey))
            ?? throw new InvalidDataException($"{path} has no images of CIFAR: none of {string.Join(", ", CifarVersion.All.Select(version => version.Files(part)[0]))} with all that belongs to it. Fetch it again.");
        return Of(found, found.Files(part).Select(name => files[name]), files.TryGetValue(found.Names, out var names) ? names : null);
    }

    static Dictionary<string, Content> ReadArchive(string path, Func<string, bool> isWanted)
    {
        var files = new Dictionary<string, Content>();
        try
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
            {
                var name = Path.GetFileName(entry.Name);
                if (entry.DataStream is null || !isWanted(name))
                    continue;
                if (entry.Length > MaxFileBytes)
                    throw new InvalidDataException($"its {name} has {entry.Length} bytes, more than any of CIFAR's files");
                using var content = new MemoryStream((int)entry.Length);
                entry.DataStream.CopyTo(content);
                files[name] = new($"{path}, {name}", content.ToArray());
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"{path} is no tar.gz archive, or a damaged one ({e.Message.TrimEnd('.')}). Fetch it again.", e);
        }
        return files;
    }

    static PublishedImages Of(CifarVersion version, IEnumerable<Content> files, Content? names)
    {
        List<CifarImage> images = [.. files.SelectMany(file => version.Read(file.Name, file.Bytes))];
        var pixels = new byte[images.Count * CifarVersion.ImageBytes];
        foreach (var (i, image) in images.Index())
            Interleave(image.Planes.Span, pixels.AsSpan(i * CifarVersion.ImageBytes, CifarVersion.ImageBytes));
        var classNames = (names is { } content ? version.ReadNames(content.Name, content.Bytes) : null) ?? (version.Classes == names10.Length ? names10 : null);
        return new(new(CifarVersion.Side, CifarVersion.Side), channels: 3, pixels, [.. images.Select(image => (byte)image.Label)], classNames);
    }

    static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        const int plane = CifarVersion.Plane;
        for (var i = 0; i < plane; i++)
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (planes[i], planes[plane + i], planes[2 * plane + i]);
    }
}
