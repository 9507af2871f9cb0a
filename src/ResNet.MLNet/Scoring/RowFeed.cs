using System.Runtime.ExceptionServices;
using Microsoft.ML;
using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>Reads a source's rows a few batches ahead, and has the images of each batch decoded and scored on other threads.</summary>
/// <remarks>
/// Only the consumer's thread reads the source, once from beginning to end: it may be a stream, differ from pass to pass, or hold images that are for one thread alone.
/// An error of the source is thrown where its row would have come: the rows before it are scored.
/// </remarks>
internal sealed class RowFeed : IDisposable
{
    readonly DataViewRowCursor source;
    readonly ImagePreset preset;
    readonly RowImages images;
    readonly ScoreImages? score;
    readonly int batchSize;
    readonly Queue<RowBatch> ahead = [];
    ExceptionDispatchInfo? error;
    bool atEnd;
    long read;

    /// <param name="mapper">What is made of the rows.</param>
    /// <param name="source">The rows; disposed with this.</param>
    /// <param name="active">What the consumer asks for.</param>
    /// <param name="rowCount">Number of rows; null where that is not known.</param>
    public RowFeed(ScoreMapper mapper, DataViewRowCursor source, DataViewSchema.Column[] active, long? rowCount)
    {
        var scorer = mapper.Scorer;
        (this.source, preset) = (source, scorer.Classifier.Preset);
        images = RowImages.Of(source, scorer.ImageColumnName, scorer.Decoding);
        score = mapper.AsksForFigures(active) ? scorer.Score : null;
        batchSize = ScoringBatch.Size(preset, scorer.BatchSize, rowCount);
        Rows = new(mapper, source, active, capacity: checked((ScoringThreads.Shared.ReadAhead + 1) * batchSize)); // those ahead, and the consumer's
    }

    /// <summary>What the consumer asks of the rows beside their images' scores.</summary>
    public RowBuffer Rows { get; }

    /// <summary>The next batch, which the caller disposes before it takes another; null at the end.</summary>
    /// <exception cref="Exception">What the source threw in place of the next row.</exception>
    public RowBatch? Take()
    {
        while (!atEnd && ahead.Count < ScoringThreads.Shared.ReadAhead)
            ReadBatch();
        if (ahead.TryDequeue(out var oldest))
            return oldest;
        error?.Throw();
        return null;
    }

    void ReadBatch()
    {
        var first = read;
        var kept = new List<KeptImage>();
        try
        {
            while (kept.Count < batchSize && MoveNext())
            {
                Rows.Keep(read);
                kept.Add(images.Keep(preset));
                read++;
            }
        }
        catch (Exception e)
        {
            (atEnd, error) = (true, ExceptionDispatchInfo.Capture(e));
        }
        if (kept.Count > 0)
            ahead.Enqueue(new(first, kept, preset, score));
    }

    bool MoveNext()
    {
        atEnd = !source.MoveNext();
        return !atEnd;
    }

    /// <summary>When it returns, no thread is at work for the rows that were read ahead.</summary>
    public void Dispose()
    {
        foreach (var batch in ahead)
            batch.Cancel();
        foreach (var batch in ahead)
            batch.Dispose();
        ahead.Clear();
        atEnd = true;
        Rows.Dispose();
        source.Dispose();
    }
}
