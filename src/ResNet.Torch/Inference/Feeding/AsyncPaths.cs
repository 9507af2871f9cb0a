using System.Runtime.ExceptionServices;

namespace ResNet.Torch.Inference.Feeding;

/// <summary>Paths that come over time, of which the next one is always asked for already.</summary>
internal sealed class AsyncPaths : IAsyncDisposable
{
    readonly IAsyncEnumerator<string> source;
    readonly CancellationTokenSource end;

    /// <param name="paths">The paths.</param>
    /// <param name="end">Cancelled when no more are wanted.</param>
    public AsyncPaths(IAsyncEnumerable<string> paths, CancellationTokenSource end)
    {
        (source, this.end) = (paths.GetAsyncEnumerator(end.Token), end);
        Next = Ask();
    }

    /// <summary>The coming of the next path; null where none will come.</summary>
    public Task<bool>? Next { get; private set; }

    /// <summary>Whether the next path, or the end, is there.</summary>
    public bool HasCome => Next is { IsCompleted: true };

    /// <summary>What the source of paths, or adding one, ended with.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Adds the path that has come, and asks for the one after it.</summary>
    public void AddTo(FileBatches batches)
    {
        try
        {
            if (Next!.GetAwaiter().GetResult())
            {
                batches.Add(source.Current);
                Next = Ask();
            }
            else
                Next = null;
        }
        catch (Exception e)
        {
            (Next, Error) = (null, ExceptionDispatchInfo.Capture(e));
        }
    }

    Task<bool> Ask()
    {
        try
        {
            return source.MoveNextAsync().AsTask();
        }
        catch (Exception e)
        {
            return Task.FromException<bool>(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync().ConfigureAwait(false);
        // A source may not be disposed while it is asked.
        if (Next is not null)
            await ((Task)Next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await source.DisposeAsync().ConfigureAwait(false);
    }
}
