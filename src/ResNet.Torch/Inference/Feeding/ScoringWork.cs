namespace ResNet.Torch.Inference.Feeding;

/// <summary>Work that the scoring threads do in the order in which it was given to them. Disposed, it is over: done, or never begun.</summary>
internal sealed class ScoringWork<T> : IDisposable
{
    // What awaits the work goes on elsewhere: it would keep the thread from the next work.
    const TaskCreationOptions Options = TaskCreationOptions.HideScheduler | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously;

    readonly CancellationTokenSource stop;

    /// <param name="work">What is to be done; told to end early when its result is wanted no more.</param>
    /// <param name="cancellation">Ends it too.</param>
    public ScoringWork(Func<CancellationToken, T> work, CancellationToken cancellation = default)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var token = stop.Token;
        // Started in two steps: only then is one that has not begun over as soon as it is cancelled.
        Task = new(() => work(token), token, Options);
        Task.Start(ScoringThreads.Shared);
    }

    /// <summary>The work, to wait for without blocking.</summary>
    public Task<T> Task { get; }

    /// <summary>Waits for the result.</summary>
    /// <exception cref="Exception">What the work threw.</exception>
    public T Result => Task.GetAwaiter().GetResult();

    /// <summary>Has it never begin, or end early if it has begun.</summary>
    public void Cancel() => stop.Cancel();

    /// <summary>Cancels the work, and waits for its end if it has begun; its error is nobody's.</summary>
    public void Dispose()
    {
        Cancel();
        System.Threading.Tasks.Task.WaitAny([Task], CancellationToken.None);
        _ = Task.Exception;
        stop.Dispose();
    }
}
