namespace ResNet.Cli.Output;

/// <summary>Writes a file beside its place and renames it when it is whole.</summary>
static class WholeFile
{
    /// <param name="path">The file, in a folder that is there; it is replaced if there is one.</param>
    /// <param name="write">Writes a file at the path that it is given.</param>
    public static void Write(string path, Action<string> write)
    {
        var beside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            write(beside);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
