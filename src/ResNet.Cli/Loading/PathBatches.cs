using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ResNet.Cli.Loading;

/// <summary>Paths that come over time, for models that take them in batches.</summary>
static class PathBatches
{
    /// <summary>One batch after another: what has come by the time that it is asked for, at least one path.</summary>
    /// <param name="paths">Asked for a batch ahead.</param>
    /// <param name="most">Paths in a batch at most.</param>
    /// <param name="cancellation">Ends it; the source of paths is given one that it cancels.</param>
    public static async IAsyncEnumerable<IReadOnlyList<string>> InBatches(this IAsyncEnumerable<string> paths, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ahead = Channel.CreateBounded<string>(most);
        var reading = Task.Run(() => Read(paths, ahead.Writer, end.Token), CancellationToken.None);
        try
        {
            while (await ahead.Reader.WaitToReadAsync(cancellation))
            {
                var batch = new List<string>(most);
                while (batch.Count < most && ahead.Reader.TryRead(out var path))
                    batch.Add(path);
                yield return batch;
            }
        }
        finally
        {
            await end.CancelAsync();
            await reading;
        }
    }

    /// <summary>What goes wrong with the paths is told where the next one would have come.</summary>
    static async Task Read(IAsyncEnumerable<string> paths, ChannelWriter<string> ahead, CancellationToken cancellation)
    {
        try
        {
            await foreach (var path in paths.WithCancellation(cancellation))
                await ahead.WriteAsync(path, cancellation);
            ahead.Complete();
        }
        catch (Exception e)
        {
            ahead.Complete(e);
        }
    }
}
