using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>Rows that the consumer's thread reads, a few batches ahead; their images are scored, and files decoded, on other threads.</summary>
/// <remarks>
/// No other thread reads the source, and it is read once from beginning to end: it may be a stream, differ from pass to pass, or hold images that are for one thread alone.
/// An error of the source is thrown where its row would have come: the rows before it are scored.
/// </remarks>
internal sealed class CallersFeed(RowReader reader) : IRowFeed
{
    readonly Queue<RowBatch> ahead = [];

    /// <summary>How rows are read: those ahead are kept, and the consumer's.</summary>
    public static RowPlan Plan(int batchSize) => new(batchSize, ScoringThreads.Shared.ReadAhead + 1, KeepsRunsApart: false);

    public IReadOnlyList<RowReader> Readers { get; } = [reader];

    public RowBatch? Take()
    {
        while (!reader.IsAtEnd && ahead.Count < ScoringThreads.Shared.ReadAhead)
        {
            if (reader.Read() is { } batch)
                ahead.Enqueue(batch);
        }
        if (ahead.TryDequeue(out var oldest))
            return oldest;
        reader.Error?.Throw();
        return null;
    }

    public void Dispose()
    {
        foreach (var batch in ahead)
            batch.Cancel();
        foreach (var batch in ahead)
            batch.Dispose();
        ahead.Clear();
        reader.Dispose();
    }
}
