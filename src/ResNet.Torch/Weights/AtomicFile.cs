namespace ResNet.Torch.Weights;

/// <summary>Writes a file beside its place and renames it when it is whole: a reader sees the old file or the new one, never a part.</summary>
internal static class AtomicFile
{
    const string Suffix = ".tmp";
    const int IdLength = 32; // a GUID's digits

    static readonly TimeSpan leftoverAge = TimeSpan.FromSeconds(1);

    /// <remarks>It first removes what killed writers of the same file have left, a second ago or more; several that write it at once do not hinder one another.</remarks>
    /// <exception cref="IOException">The file could not be written; the one before is as it was.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var target = Path.GetFullPath(path);
        if (Path.GetDirectoryName(target) is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{target} cannot be written: there is no folder {folder}. Create it first.");
        if (Directory.Exists(target))
            throw new UnauthorizedAccessException($"{target} cannot be written: it is a folder. Give the path of a file.");
        RemoveLeftovers(target, leftoverAge);
        var beside = "";
        try
        {
            using var stream = CreateBeside(target);
            beside = stream.Name;
            write(stream);
            stream.Flush(flushToDisk: true);
            File.Move(beside, target, overwrite: true); // while it is open: until it has its name, no other writer takes it for a leftover
        }
        catch (Exception e)
        {
            if (beside.Length > 0)
                File.Delete(beside);
            // What .NET makes of EFBIG: the file system, or the user's limit, allows no file of that size.
            if (e is ArgumentOutOfRangeException)
                throw new IOException($"A file as large as {target} was not allowed.", e);
            throw;
        }
    }

    static FileStream CreateBeside(string target)
    {
        try
        {
            return new($"{target}.{Guid.NewGuid():N}{Suffix}", FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"{target} cannot be written: no file can be made in its folder ({e.Message.TrimEnd('.')}). Choose another folder, or allow it there.", e);
        }
    }

    /// <summary>Removes what writers of a file that were killed have left beside it; what one is still writing stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="age">
    /// How long ago it must have been written to. On Unix a file is made first and locked then, and whoever tries a lock holds it for a moment: others who
    /// write or read the file at once are not met in such a moment if what is new is left alone.
    /// </param>
    public static void RemoveLeftovers(string path, TimeSpan age = default)
    {
        var target = Path.GetFullPath(path);
        try
        {
            foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(target)!).Where(file => IsLeftover(file, target) && DateTime.UtcNow - File.GetLastWriteTimeUtc(file) >= age))
                Remove(left);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may be written to and not listed.
        }
    }

    /// <summary>Whether it has a name that <see cref="CreateBeside"/> gives: somebody's "model.zip.old.tmp" has not.</summary>
    static bool IsLeftover(string file, string target) =>
        file.Length == target.Length + 1 + IdLength + Suffix.Length
        && file.StartsWith($"{target}.", StringComparison.Ordinal)
        && file.EndsWith(Suffix, StringComparison.Ordinal)
        && Guid.TryParseExact(file.AsSpan(target.Length + 1, IdLength), "N", out _);

    static void Remove(string left)
    {
        try
        {
            new FileStream(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has it open, or it is not ours to remove.
        }
    }
}
