namespace ResNet.Torch.Weights;

/// <summary>Writes a file beside its place and renames it when it is whole: a reader sees the old file or the new one, never a part.</summary>
internal static class AtomicFile
{
    /// <exception cref="IOException">The file could not be written; the one before is as it was.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var target = Path.GetFullPath(path);
        if (Path.GetDirectoryName(target) is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{target} cannot be written: there is no folder {folder}. Create it first.");
        if (Directory.Exists(target))
            throw new UnauthorizedAccessException($"{target} cannot be written: it is a folder. Give the path of a file.");
        var beside = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(beside);
            // What .NET makes of EFBIG: the file system, or the user's limit, allows no file of that size.
            if (e is ArgumentOutOfRangeException)
                throw new IOException($"A file as large as {target} was not allowed.", e);
            throw;
        }
    }

    /// <summary>Removes what writers of a file that were killed have left beside it; what one is still writing stays.</summary>
    public static void RemoveLeftovers(string path)
    {
        var target = Path.GetFullPath(path);
        foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, $"{Path.GetFileName(target)}.*.tmp"))
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
}
