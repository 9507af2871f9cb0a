namespace ResNet.Torch.Weights;

/// <summary>Writes a file beside its place and renames it when it is whole: a reader sees the old file or the new one, never a part.</summary>
internal static class AtomicFile
{
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
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
