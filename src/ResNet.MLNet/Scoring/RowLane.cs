using System.Runtime.ExceptionServices;

namespace ResNet.MLNet.Scoring;

/// <summary>One of the cursors that share a source's rows, and the batches that its thread has read of it.</summary>
/// <param name="reader">The cursor.</param>
/// <param name="limit">Batches that lie ready, at most.</param>
/// <remarks>All but <see cref="Read"/> is called by who holds the feed's lock.</remarks>
internal sealed class RowLane(RowReader reader, int limit) : IDisposable
{
    readonly Queue<RowBatch> ahead = [];

    /// <summary>The next batch, if it lies ready.</summary>
    public RowBatch? Next => ahead.TryPeek(out var next) ? next : null;

    /// <summary>Whether no more will be read.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>What the reading ended with, if that is an error.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>The last run that came before that error for certain; −1 if none did.</summary>
    public long LastRun { get; private set; } = -1;

    public RowBatch Take() => ahead.Dequeue();

    /// <summary>Reads to the end, or until it is stopped.</summary>
    /// <param name="gate">The feed's lock, which tells of what has changed.</param>
    /// <param name="unscored">Room for batches of all cursors whose images are not scored yet: they hold pixels.</param>
    /// <param name="stop">Ends it; the lock tells of that too.</param>
    public void Read(object gate, SemaphoreSlim unscored, CancellationToken stop)
    {
        ExceptionDispatchInfo? error = null;
        try
        {
            while (ReadBatch(unscored, stop) is { } batch)
            {
                lock (gate)
                {
                    ahead.Enqueue(batch);
                    LastRun = batch.Run;
                    Monitor.PulseAll(gate);
                    while (ahead.Count >= limit && !stop.IsCancellationRequested)
                        Monitor.Wait(gate);
                }
            }
            error = reader.Error;
        }
        catch (Exception e)
        {
            error = ExceptionDispatchInfo.Capture(e);
        }
        lock (gate)
        {
            (IsAtEnd, Error) = (true, error);
            if (OfSource(error?.SourceException) is { } ofSource)
                (Error, LastRun) = (ExceptionDispatchInfo.Capture(ofSource), long.MaxValue);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>What the source threw; null for an error of the steps behind it. ML.NET, which reads the source on a thread of its own, hands it on in an error of its own, behind all runs.</summary>
    static Exception? OfSource(Exception? error) =>
        error is InvalidOperationException { InnerException: { } inner } && error.Message.StartsWith("Splitter/consolidator worker", StringComparison.Ordinal) ? OfSource(inner) ?? inner : null;

    RowBatch? ReadBatch(SemaphoreSlim unscored, CancellationToken stop)
    {
        unscored.Wait(stop);
        var batch = reader.Read(() => unscored.Release());
        if (batch is null)
            unscored.Release();
        return batch;
    }

    public void Cancel()
    {
        foreach (var batch in ahead)
            batch.Cancel();
    }

    public void Dispose()
    {
        foreach (var batch in ahead)
            batch.Dispose();
        ahead.Clear();
        reader.Dispose();
    }
}
