using Microsoft.ML;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>Rows that a source divides between several cursors, in one pass over it, so that the pipeline's own work for them (decoding, resizing) is done on several threads.</summary>
/// <remarks>
/// <para>ML.NET gives each cursor runs of successive rows, 128 in a run, and numbers the runs: a run's rows have its number as <see cref="DataViewRow.Batch"/>,
/// and each cursor's numbers grow. So the cursor whose next run has the smallest number has the next rows.</para>
/// <para>The threads are the feed's own, not those that score: a source may itself wait for scores.</para>
/// <para>An error of the source, or of a step that leaves rows out, is thrown where no further row is known to come before it: up to the rows of a run are not given then.</para>
/// </remarks>
internal sealed class DividedFeed : IRowFeed
{
    /// <summary>Rows of a run of ML.NET's.</summary>
    public const int RunLength = 128;

    readonly object gate = new(); // waited on, which a Lock is not
    readonly RowLane[] lanes;
    readonly CancellationTokenSource stop = new();
    readonly SemaphoreSlim unscored = new(ScoringThreads.Shared.ReadAhead + Environment.ProcessorCount);
    Task[] threads = [];
    RowLane? lastLane;
    long lastRun = -1;

    /// <param name="readers">The source's cursors.</param>
    /// <param name="plan">How they are read.</param>
    public DividedFeed(IReadOnlyList<RowReader> readers, RowPlan plan) =>
        (Readers, lanes) = (readers, [.. readers.Select(reader => new RowLane(reader, plan.BatchesKept - 2))]);

    /// <summary>How rows are read: a cursor reads on, to the beginning of its next run, while another's run is consumed; a batch is the consumer's, and one is being read.</summary>
    public static RowPlan Plan(int batchSize) => new(batchSize, (RunLength + batchSize - 1) / batchSize + 3, KeepsRunsApart: true);

    public IReadOnlyList<RowReader> Readers { get; }

    public RowBatch? Take()
    {
        if (threads.Length == 0)
            threads = Array.ConvertAll(lanes, lane => Task.Factory.StartNew(() => lane.Read(gate, unscored, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        lock (gate)
        {
            RowLane? next;
            while (!TryFindNext(out next))
                Monitor.Wait(gate);
            if (next is null)
            {
                lanes.FirstOrDefault(lane => lane.Error is not null)?.Error!.Throw();
                return null;
            }
            Monitor.PulseAll(gate); // there is room
            return Take(next);
        }
    }

    /// <summary>Finds the cursor with the next rows.</summary>
    /// <param name="next">Null at the end, or where an error comes before any further row.</param>
    /// <returns>Whether that is known already.</returns>
    bool TryFindNext(out RowLane? next)
    {
        next = lanes.Where(lane => lane.Next is not null).MinBy(lane => lane.Next!.Run);
        var run = next?.Next!.Run ?? long.MaxValue;
        if (lanes.Any(lane => lane.Error is not null && lane.Next is null && lane.LastRun < run))
            next = null;
        // Nothing lies between a run that has ended and the one numbered next; else another cursor might come with it yet.
        return (run <= lastRun + 1 && IsDecided(lastLane)) || Array.TrueForAll(lanes, IsDecided);

        static bool IsDecided(RowLane? lane) => lane is null || lane.IsAtEnd || lane.Next is not null;
    }

    RowBatch Take(RowLane lane)
    {
        var batch = lane.Take();
        if (batch.Run < lastRun || (batch.Run == lastRun && lane != lastLane))
        {
            batch.Dispose();
            throw new InvalidOperationException($"The source gives its rows to {lanes.Length} cursors with batch numbers that do not tell their order (after {lastRun} came {batch.Run}), as those of {nameof(IDataView.GetRowCursorSet)} have to.");
        }
        (lastRun, lastLane) = (batch.Run, lane);
        return batch;
    }

    /// <summary>When it returns, no thread reads the source, or is at work for its rows.</summary>
    public void Dispose()
    {
        if (stop.IsCancellationRequested)
            return;
        lock (gate)
        {
            stop.Cancel();
            Monitor.PulseAll(gate);
            foreach (var lane in lanes)
                lane.Cancel();
        }
        Task.WaitAll(threads);
        foreach (var lane in lanes)
            lane.Dispose();
    }
}
