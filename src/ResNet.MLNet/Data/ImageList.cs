using System.Text;
using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>A file that lists images and their labels.</summary>
internal static class ImageList
{
    static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The images in the list's order; <see cref="GroupedImageFile"/>s where groups were asked for.</returns>
    public static IReadOnlyList<ImageFile> Read(string path, ImageListOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options.RequireValid();
        var list = new FileInfo(path);
        if (!list.Exists)
            throw new FileNotFoundException($"There is no list of images '{list.FullName}'.", list.FullName);
        var root = new DirectoryInfo(options.ImageFolder ?? list.DirectoryName!);
        if (!root.Exists)
            throw new DirectoryNotFoundException($"There is no folder '{root.FullName}', which the paths of '{list.FullName}' should start from.");

        var entries = Entries(list, options);
        if (entries.Count == 0)
            throw new InvalidDataException($"{list.FullName}: the list has no images.");
        return Resolve(entries, list.FullName, root.FullName, options.GroupColumnName is not null);
    }

    static List<ListedImage> Entries(FileInfo list, ImageListOptions options)
    {
        var extension = list.Extension.ToLowerInvariant();
        var format = options.Format ?? extension switch
        {
            ".csv" or ".tsv" => ImageListFormat.Csv,
            ".jsonl" or ".ndjson" or ".json" => ImageListFormat.JsonLines,
            _ => throw new ArgumentException($"{list.FullName}: the extension '{extension}' does not tell how the list is written (.csv, .tsv, .jsonl, .ndjson or .json). Set {nameof(ImageListOptions)}.{nameof(options.Format)}."),
        };
        using var text = new StreamReader(list.FullName, strictUtf8, detectEncodingFromByteOrderMarks: true);
        try
        {
            return [.. format == ImageListFormat.JsonLines
                ? JsonLines.Read(text, list.FullName, options)
                : CsvLines.Read(text, options.Separator ?? (extension == ".tsv" ? '\t' : ','), list.FullName, options)];
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{list.FullName}: the text is not UTF-8. Save it as UTF-8.", e);
        }
    }

    static List<ImageFile> Resolve(List<ListedImage> entries, string list, string root, bool grouped)
    {
        var images = new List<ImageFile>(entries.Count);
        var missing = new List<string>();
        foreach (var entry in entries)
        {
            var (path, label) = (Require(entry.Path, entry, "path", list), Require(entry.Label, entry, "label", list));
            if (path.Contains('\0'))
                throw new InvalidDataException($"{list}, line {entry.Line}: the path has a null character in it.");
            if (Find(path, root) is not { } found)
                missing.Add($"line {entry.Line}: '{Path.GetFullPath(path, root)}'");
            else
                images.Add(grouped
                    ? new GroupedImageFile { ImagePath = found, Label = label, Group = Require(entry.Group, entry, "group", list) }
                    : new ImageFile { ImagePath = found, Label = label });
        }
        return missing.Count == 0
            ? images
            : throw new InvalidDataException($"{list}: of {entries.Count} images {Few.Of(missing, "is missing", "are missing")}. Relative paths start from '{root}': set {nameof(ImageListOptions)}.{nameof(ImageListOptions.ImageFolder)} if they should not.");
    }

    static string Require(string? value, ListedImage entry, string what, string list) => string.IsNullOrWhiteSpace(value)
        ? throw new InvalidDataException($"{list}, line {entry.Line}: the {what} is empty.")
        : value;

    /// <summary>The file that a path means; a list that was written on Windows is read elsewhere too.</summary>
    static string? Find(string path, string root)
    {
        var full = Path.GetFullPath(path, root);
        if (RealPath.FileAt(full) is not null)
            return full;
        full = Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), root);
        return RealPath.FileAt(full) is null ? null : full;
    }
}
