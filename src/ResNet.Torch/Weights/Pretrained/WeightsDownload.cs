using System.Net;
using System.Net.Http.Headers;
using static ResNet.Torch.Weights.Pretrained.WeightsStore;

namespace ResNet.Torch.Weights.Pretrained;

/// <summary>Fetches a file into one of the same name and <c>.part</c>, going on where an earlier download ended.</summary>
/// <param name="weights">What to fetch.</param>
/// <param name="path">Where the file will be in the end; the caller holds its lock.</param>
/// <param name="client">Without a time limit of its own.</param>
internal sealed class WeightsDownload(PretrainedWeights weights, string path, HttpClient client)
{
    /// <summary>Connections in one call, each going on where the one before it broke.</summary>
    const int maxConnections = 5;

    readonly string part = path + ".part";

    /// <summary>How long the server may be silent.</summary>
    public required TimeSpan SilenceTimeout { get; init; }

    /// <returns>Path of the part file, now whole and checked.</returns>
    public async Task<string> RunAsync(IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var startsWithOldPart = PartLength() > 0;
        await ReceiveAllAsync(progress, cancellationToken).ConfigureAwait(false);
        var hash = await HashAsync(part, cancellationToken).ConfigureAwait(false);
        if (!IsRight(hash))
            OnDisk(part, () => File.Delete(part)); // to go on from it would never end well
        if (!IsRight(hash) && startsWithOldPart)
        {
            await ReceiveAllAsync(progress, cancellationToken).ConfigureAwait(false);
            hash = await HashAsync(part, cancellationToken).ConfigureAwait(false);
        }
        return IsRight(hash) ? part : throw Error(
            PretrainedFailure.WrongHash, $"what came has the SHA-256 {hash}, which should begin with {weights.HashPrefix}; a proxy or a sign-in page may have answered in the server's place");
    }

    bool IsRight(string hash) => hash.StartsWith(weights.HashPrefix, StringComparison.Ordinal);

    async Task ReceiveAllAsync(IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        for (var connection = 1; ; connection++)
        {
            var before = PartLength();
            try
            {
                await ReceiveAsync(progress, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PretrainedWeightsException e) when (
                e.Failure is PretrainedFailure.Interrupted or PretrainedFailure.TimedOut && connection < maxConnections && PartLength() > before)
            {
                // it brought something: the next connection brings more
            }
        }
    }

    /// <summary>One request and its answer, written to the part file as it comes.</summary>
    async Task ReceiveAsync(IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(SilenceTimeout);
        try
        {
            using var response = await RequestAsync(PartLength(), silence.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                return; // nothing is left to fetch; the hash tells whether that is true
            var received = response.StatusCode == HttpStatusCode.PartialContent ? PartLength() : 0;
            var total = received + response.Content.Headers.ContentLength;

            using var body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
            using var file = OpenPart(append: received > 0);
            var buffer = new byte[128 * 1024];
            for (var read = 0; ; received += read)
            {
                progress?.Report(new(received, total));
                silence.CancelAfter(SilenceTimeout);
                read = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
                if (read == 0)
                    break;
                OnDisk(part, () => file.Write(buffer, 0, read));
            }
            OnDisk(part, () => file.Flush(flushToDisk: true));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Error(PretrainedFailure.TimedOut, $"nothing came for {SilenceTimeout.TotalSeconds:F0} seconds ({Kept()})", e);
        }
        catch (HttpRequestException e)
        {
            throw Error(PretrainedFailure.Unreachable, e.Message.TrimEnd('.'), e);
        }
        catch (IOException e)
        {
            throw Error(PretrainedFailure.Interrupted, $"the connection ended before the file did ({Kept()})", e);
        }
    }

    /// <summary>Asks for the file from <paramref name="from"/> on.</summary>
    /// <returns>200 with all of it, 206 with just that, or 416 when nothing is left of it.</returns>
    async Task<HttpResponseMessage> RequestAsync(long from, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, weights.Address);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var range = response.Content.Headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
            case HttpStatusCode.PartialContent when from > 0 && range is { Unit: "bytes" } && range.From == from:
            case HttpStatusCode.RequestedRangeNotSatisfiable when from > 0:
                return response;
            case HttpStatusCode.PartialContent when from > 0: // another range than asked for
                response.Dispose();
                OnDisk(part, () => File.Delete(part));
                return await RequestAsync(0, cancellationToken).ConfigureAwait(false);
            default:
                using (response)
                    throw Error(PretrainedFailure.Refused, $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
        }
    }

    FileStream OpenPart(bool append)
    {
        FileStream? file = null;
        OnDisk(part, () => file = new FileStream(part, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));
        return file!;
    }

    long PartLength() => new FileInfo(part) is { Exists: true } file ? file.Length : 0;

    string Kept() => $"{PartLength()} bytes of it are kept, and the next call goes on from there";

    PretrainedWeightsException Error(PretrainedFailure failure, string what, Exception? reason = null) => new(
        failure,
        $"{weights} could not be fetched from {weights.Address}: {what}. Where there is no network, fetch {weights.FileName} elsewhere and put it at {path}: it is used from there (another folder: environment variable {PretrainedCache.FolderVariable}).",
        reason);
}
