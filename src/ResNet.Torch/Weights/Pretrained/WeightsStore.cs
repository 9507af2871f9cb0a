using System.Security.Cryptography;

namespace ResNet.Torch.Weights.Pretrained;

/// <summary>A folder of weights: what is there and right is used, what is not there is fetched.</summary>
internal sealed class WeightsStore(string folder, HttpClient client)
{
    /// <summary>How long another process may take to fetch the file. Default 1 hour: 500 MB at 1 Mbit/s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a server may be silent. Default 1 minute.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public string PathOf(PretrainedWeights weights) => Path.Combine(folder, weights.FileName);

    public async Task<string> GetAsync(PretrainedWeights weights, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var path = PathOf(weights);
        if (await IsThereAsync(weights, cancellationToken).ConfigureAwait(false))
            return path;

        var lockPath = path + ".lock";
        using (await LockAsync(weights, lockPath, cancellationToken).ConfigureAwait(false))
        {
            if (!await IsThereAsync(weights, cancellationToken).ConfigureAwait(false)) // somebody may have fetched it meanwhile
            {
                var download = new WeightsDownload(weights, path, client) { SilenceTimeout = SilenceTimeout };
                var part = await download.RunAsync(progress, cancellationToken).ConfigureAwait(false);
                OnDisk(path, () => File.Move(part, path));
            }
        }
        // Not after a failure: one who waits could then hold a lock that a third no longer sees.
        ExclusiveFile.TryDelete(lockPath);
        return path;
    }

    /// <exception cref="PretrainedWeightsException">The file is there, but is another than the row's.</exception>
    async Task<bool> IsThereAsync(PretrainedWeights weights, CancellationToken cancellationToken)
    {
        var path = PathOf(weights);
        if (!File.Exists(path))
            return false;
        var hash = await HashAsync(path, cancellationToken).ConfigureAwait(false);
        return hash.StartsWith(weights.HashPrefix, StringComparison.Ordinal) ? true : throw new PretrainedWeightsException(
            PretrainedFailure.WrongHash,
            $"{path} is not {weights}: its SHA-256 should begin with {weights.HashPrefix}, and is {hash}. Delete it, to have it fetched anew, or put the file of {weights.Address} in its place.");
    }

    async Task<FileStream> LockAsync(PretrainedWeights weights, string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return await ExclusiveFile.OpenAsync(path, LockTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new PretrainedWeightsException(
                PretrainedFailure.Locked, $"{weights}: another process has been fetching it for {LockTimeout}, longer than this one waits. End that process (it has {path} open), or call again later.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskError(path, e);
        }
    }

    /// <summary>SHA-256 of a whole file, hexadecimal in lower case.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskError(path, e);
        }
    }

    /// <summary>Does something to a file; what goes wrong with it is told as a <see cref="PretrainedWeightsException"/>.</summary>
    public static void OnDisk(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskError(path, e);
        }
    }

    public static PretrainedWeightsException DiskError(string path, Exception reason) => new(
        PretrainedFailure.Disk,
        $"{path} could not be read or written: {reason.Message.TrimEnd('.')}. Make room or give permission there, or set the environment variable {PretrainedCache.FolderVariable} to another folder.",
        reason);
}
