namespace ResNet.MLNet.Data;

/// <summary>Paths with every link on the way followed, as the system follows them.</summary>
internal static class RealPath
{
    const int MostLinks = 40; // what Linux follows before it calls a chain of links a circle

    /// <summary>How paths of this system are compared.</summary>
    public static StringComparer Comparer { get; } = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The path of what is there; null where a link on the way leads nowhere, or in a circle.</summary>
    public static string? Of(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var names = new Stack<string>();
        Push(full);
        for (var links = 0; names.TryPop(out var name);)
        {
            // The folder so far is free of links: its parent in the text is its parent on the disk.
            var entry = name == ".." ? Path.GetDirectoryName(real) ?? real : Path.Combine(real, name);
            if (name != ".." && new FileInfo(entry).LinkTarget is { } target)
            {
                if (++links > MostLinks)
                    return null;
                if (Path.IsPathRooted(target))
                    real = Path.GetPathRoot(Path.GetFullPath(target))!;
                Push(target);
            }
            else
                real = entry;
        }
        return Path.Exists(real) ? real : null;

        void Push(string further)
        {
            var root = Path.GetPathRoot(further)!.Length;
            foreach (var name in further[root..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]).Reverse().Where(name => name is not ("" or ".")))
                names.Push(name);
        }
    }

    /// <summary>The file that a path means: what a link leads to. Null where there is none; to the system, a link that leads nowhere is a file too.</summary>
    public static FileInfo? FileAt(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? null : file.LinkTarget is null ? file : Of(path) is { } real ? new(real) : null;
    }

    /// <summary>Whether a path is a folder itself or lies in it; both are without links.</summary>
    public static bool IsIn(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative != ".." && !relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
    }
}
