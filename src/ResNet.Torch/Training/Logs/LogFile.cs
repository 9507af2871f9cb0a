namespace ResNet.Torch.Training;

/// <summary>What the logs of a training share.</summary>
internal static class LogFile
{
    /// <summary>Writes, and tells a failure with the log's path.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The training log {path} cannot be written: {e.Message} Make it writable, make room or give another path.", e);
        }
    }
}
