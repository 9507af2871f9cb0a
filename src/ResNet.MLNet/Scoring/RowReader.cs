using System.Runtime.ExceptionServices;
using Microsoft.ML;
using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>Reads a cursor's rows batch by batch; the images of each are scored, and files decoded, on other threads.</summary>
/// <remarks>One thread at a time may read.</remarks>
internal sealed class RowReader : IDisposable
{
    readonly DataViewRowCursor source;
    readonly ImagePreset preset;
    readonly RowImages images;
    readonly ScoreImages? score;
    readonly RowPlan plan;
    long read;
    bool standsOnRow; // the source stands on a row that the last batch left

    /// <param name="mapper">What is made of the rows.</param>
    /// <param name="source">The rows; disposed with this.</param>
    /// <param name="active">What the consumer asks for.</param>
    /// <param name="plan">How the rows are read.</param>
    public RowReader(ScoreMapper mapper, DataViewRowCursor source, DataViewSchema.Column[] active, RowPlan plan)
    {
        var scorer = mapper.Scorer;
        (this.source, this.plan, preset) = (source, plan, scorer.Classifier.Preset);
        images = RowImages.Of(source, scorer.Options);
        score = mapper.AsksForFigures(active) ? scorer.Score : null;
        Rows = new(mapper, source, active, capacity: checked(plan.BatchesKept * plan.BatchSize));
    }

    /// <summary>What the consumer asks of the rows beside their images' scores.</summary>
    public RowBuffer Rows { get; }

    /// <summary>Whether there are no more rows.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>What the source ended with, if that is an error.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>The next batch; null at the end.</summary>
    /// <param name="whenOver">Called once, from any thread: when the batch's images have been scored, or are to be no more.</param>
    public RowBatch? Read(Action? whenOver = null)
    {
        var (first, run) = (read, 0L);
        var kept = new List<KeptImage>();
        try
        {
            while (kept.Count < plan.BatchSize && MoveNext())
            {
                if (kept.Count == 0)
                    run = source.Batch;
                else if (plan.KeepsRunsApart && source.Batch != run)
                {
                    standsOnRow = true;
                    break;
                }
                Rows.Keep(read);
                kept.Add(images.Keep(preset));
                read++;
            }
        }
        catch (Exception e)
        {
            (IsAtEnd, Error) = (true, ExceptionDispatchInfo.Capture(e));
        }
        return kept.Count == 0 ? null : new(Rows, first, run, kept, preset, score, whenOver);
    }

    bool MoveNext()
    {
        if (standsOnRow)
        {
            standsOnRow = false;
            return true;
        }
        IsAtEnd = IsAtEnd || !source.MoveNext();
        return !IsAtEnd;
    }

    public void Dispose()
    {
        IsAtEnd = true;
        Rows.Dispose();
        source.Dispose();
    }
}

/// <summary>How a cursor's rows are read.</summary>
/// <param name="BatchSize">Rows that are scored together, at most.</param>
/// <param name="BatchesKept">Batches that are in use at once.</param>
/// <param name="KeepsRunsApart">Whether the rows of a batch all have one number, as <see cref="DataViewRow.Batch"/>.</param>
internal sealed record RowPlan(int BatchSize, int BatchesKept, bool KeepsRunsApart);
