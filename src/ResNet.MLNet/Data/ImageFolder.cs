namespace ResNet.MLNet.Data;

/// <summary>A row of <c>LoadImageFolder</c>.</summary>
internal sealed class ImageFile
{
    public required string ImagePath { get; init; }

    public required string Label { get; init; }
}

/// <summary>A folder of class folders, read as torchvision's ImageFolder reads it.</summary>
internal static class ImageFolder
{
    static readonly HashSet<string> extensions = new([".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"], StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<ImageFile> List(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var root = new DirectoryInfo(path);
        if (!root.Exists)
            throw new DirectoryNotFoundException($"There is no folder '{root.FullName}'.");
        var classes = root.EnumerateDirectories().Where(IsVisible).OrderBy(d => d.Name, StringComparer.Ordinal).ToList();
        if (classes.Count == 0)
            throw new InvalidDataException($"'{root.FullName}' has no folders: put the images of each class into a folder of the class's name.");
        return [.. classes.SelectMany(ImagesOf)];
    }

    static List<ImageFile> ImagesOf(DirectoryInfo folder)
    {
        var images = folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => IsVisible(file) && extensions.Contains(file.Extension))
            .OrderBy(file => file.FullName, StringComparer.Ordinal)
            .Select(file => new ImageFile { ImagePath = file.FullName, Label = folder.Name })
            .ToList();
        return images.Count > 0
            ? images
            : throw new InvalidDataException($"'{folder.FullName}' has no image ({string.Join(", ", extensions)}): remove the folder, or add images to it.");
    }

    static bool IsVisible(FileSystemInfo entry) => !entry.Name.StartsWith('.') && !entry.Attributes.HasFlag(FileAttributes.Hidden);
}
