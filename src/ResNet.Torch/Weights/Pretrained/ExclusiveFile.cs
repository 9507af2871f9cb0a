namespace ResNet.Torch.Weights.Pretrained;

/// <summary>A lock between threads and processes: whoever has the file open. A process that dies lets go of it.</summary>
internal static class ExclusiveFile
{
    static readonly TimeSpan pollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until the file can be opened by nobody else.</summary>
    /// <exception cref="TimeoutException">Somebody had it open all the time.</exception>
    /// <exception cref="IOException">It cannot be opened for another reason.</exception>
    public static async Task<FileStream> OpenAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (IsHeldByAnother(e))
            {
                if (TimeProvider.System.GetElapsedTime(start) > timeout)
                    throw new TimeoutException($"{path} has been in use for {timeout}.", e);
                await Task.Delay(pollInterval, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes the file where nobody has it open; otherwise whoever has it will.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION; elsewhere flock's EWOULDBLOCK
    static bool IsHeldByAnother(IOException e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xffff) is 32 or 33 : e.HResult == (OperatingSystem.IsLinux() ? 11 : 35);
}
