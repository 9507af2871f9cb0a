using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>Goes through the folders of one data set: finds its images, counts what it passes over, and remembers links that it may not follow.</summary>
internal sealed class FolderWalk
{
    static readonly HashSet<string> extensions = new([".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"], StringComparer.OrdinalIgnoreCase);

    readonly string realRoot;
    readonly Dictionary<(PassedOverReason Reason, string Extension), (int Count, string First)> passedOver = [];
    readonly List<string> leadingOut = [];
    readonly List<string> leadingNowhere = [];

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public FolderWalk(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Root = new DirectoryInfo(path);
        if (!Root.Exists)
            throw new DirectoryNotFoundException($"There is no folder '{Root.FullName}'.");
        realRoot = RealPath.Of(Root.FullName)!;
    }

    public DirectoryInfo Root { get; }

    /// <summary>Whether a file's name says that it is an image.</summary>
    public static bool IsImage(string fileName) => extensions.Contains(Path.GetExtension(fileName));

    /// <summary>The extensions of images, for a message.</summary>
    public static string Extensions => string.Join(", ", extensions);

    /// <summary>The folders in a folder, by name; what else is there is passed over.</summary>
    public List<DirectoryInfo> Folders(DirectoryInfo folder)
    {
        var folders = new List<DirectoryInfo>();
        foreach (var entry in Visible(folder))
        {
            string? target = null;
            if (IsLink(entry) && (target = Follow(entry)) is null)
                continue;
            if (entry is not DirectoryInfo inner)
                PassOver(PassedOverReason.OutsideClasses, entry);
            else if (target is null || !IsAgain(inner, RealPath.IsIn(target, RealPath.Of(folder.FullName)!)))
                folders.Add(inner);
        }
        return folders;
    }

    /// <summary>The images at any depth below a folder, by path. Each folder is gone through once, however many links lead to it.</summary>
    public List<FileInfo> Images(DirectoryInfo folder)
    {
        var images = new List<FileInfo>();
        var seen = new HashSet<string>(RealPath.Comparer);
        var links = new Queue<(DirectoryInfo Link, string RealParent)>();
        Collect(folder, RealPath.Of(folder.FullName)!);
        while (links.TryDequeue(out var next))
        {
            if (Follow(next.Link) is { } target && !IsAgain(next.Link, seen.Contains(target) || RealPath.IsIn(target, next.RealParent)))
                Collect(next.Link, target);
        }
        return [.. images.OrderBy(file => file.FullName, StringComparer.Ordinal)];

        void Collect(DirectoryInfo at, string real)
        {
            if (!seen.Add(real))
                return; // met before through a link to a folder above it
            foreach (var entry in Visible(at))
            {
                if (entry is DirectoryInfo inner)
                {
                    if (IsLink(inner))
                        links.Enqueue((inner, real));
                    else
                        Collect(inner, Path.Combine(real, inner.Name));
                }
                else if (!IsLink(entry) || Follow(entry) is not null)
                {
                    if (IsImage(entry.Name))
                        images.Add((FileInfo)entry);
                    else
                        PassOver(PassedOverReason.NotAnImage, entry);
                }
            }
        }
    }

    /// <summary>Counts a file or folder that is no part of the data set.</summary>
    public void PassOver(PassedOverReason reason, FileSystemInfo entry)
    {
        var key = (reason, reason == PassedOverReason.Hidden || entry is DirectoryInfo ? "" : entry.Extension.ToLowerInvariant());
        var (count, first) = passedOver.GetValueOrDefault(key, (0, Name(entry)));
        passedOver[key] = (count + 1, first);
    }

    public ImageFolderReport Report(int images, int classes) => new(Root.FullName, images, classes,
        [.. passedOver.Select(p => new PassedOverFiles(p.Key.Reason, p.Key.Extension, p.Value.Count, p.Value.First))
            .OrderByDescending(p => p.Count).ThenBy(p => p.Reason).ThenBy(p => p.Extension, StringComparer.Ordinal)]);

    /// <exception cref="InvalidDataException">A link that was met leads out of the data set, or nowhere.</exception>
    public void RequireLinksInside()
    {
        var faults = new List<string>();
        if (leadingOut.Count > 0)
            faults.Add($"{Few.Of(leadingOut, "link leads out of it", "links lead out of it")}. Copy what is there into the folder, or name those files in a list (LoadImageList)");
        if (leadingNowhere.Count > 0)
            faults.Add($"{Few.Of(leadingNowhere, "link leads nowhere", "links lead nowhere")}. Remove them, or put there what they lead to");
        if (faults.Count > 0)
            throw new InvalidDataException($"'{Root.FullName}': {string.Join("; ", faults)}.");
    }

    IEnumerable<FileSystemInfo> Visible(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name.StartsWith('.') || entry.Attributes.HasFlag(FileAttributes.Hidden))
                PassOver(PassedOverReason.Hidden, entry);
            else
                yield return entry;
        }
    }

    /// <summary>Whether an entry is a link. The attribute says so for other things too, such as files that wait in a cloud.</summary>
    static bool IsLink(FileSystemInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null;

    /// <summary>What a link leads to; null, and remembered, where that is not in the data set.</summary>
    string? Follow(FileSystemInfo link)
    {
        var target = RealPath.Of(link.FullName);
        if (target is not null && RealPath.IsIn(realRoot, target))
            return target;
        (target is null ? leadingNowhere : leadingOut).Add($"'{Name(link)}' → '{link.LinkTarget}'");
        return null;
    }

    bool IsAgain(FileSystemInfo link, bool again)
    {
        if (again)
            PassOver(PassedOverReason.LinkedAgain, link);
        return again;
    }

    string Name(FileSystemInfo entry) => Path.GetRelativePath(Root.FullName, entry.FullName);
}
