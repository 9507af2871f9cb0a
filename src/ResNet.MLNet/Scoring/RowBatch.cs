using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>Successive rows whose images are decoded, and go through the network together, on another thread.</summary>
internal sealed class RowBatch : IDisposable
{
    readonly ScoringWork<ScoredImages<ImageFault>> work;
    Action? whenOver;

    /// <param name="rows">Keeps what is passed through of the rows.</param>
    /// <param name="first">The first row's number among those.</param>
    /// <param name="run">The number that the source gives the rows as <see cref="Microsoft.ML.DataViewRow.Batch"/>.</param>
    /// <param name="images">The rows' images.</param>
    /// <param name="preset">What they become.</param>
    /// <param name="score">Runs the network; null where nobody asks for its figures.</param>
    /// <param name="whenOver">Called once: when the images have been scored, or are to be no more.</param>
    public RowBatch(RowBuffer rows, long first, long run, IReadOnlyList<KeptImage> images, ImagePreset preset, ScoreImages? score, Action? whenOver)
    {
        (Rows, First, Run, Count, this.whenOver) = (rows, first, run, images.Count, whenOver);
        work = new(stop =>
        {
            try
            {
                return ScoredImages<ImageFault>.Of(images.Count, preset, (i, target) => images[i].ReadOnce(preset, target), score, stop);
            }
            finally
            {
                TellOver();
            }
        });
    }

    /// <summary>Keeps what is passed through of the rows.</summary>
    public RowBuffer Rows { get; }

    /// <summary>The first row's number among the <see cref="Rows"/>.</summary>
    public long First { get; }

    /// <summary>Where the rows stand among those of all cursors of the source: a smaller number comes first.</summary>
    public long Run { get; }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>What came of an image; waits where that is under way.</summary>
    /// <param name="index">Its number in the batch.</param>
    /// <param name="row">The row's number in all.</param>
    public ScoredImage Image(int index, long row) => new(work.Result, index, row);

    /// <summary>Has work that was not begun never begin.</summary>
    public void Cancel() => work.Cancel();

    /// <summary>When it returns, no thread is at work for the rows.</summary>
    public void Dispose()
    {
        work.Dispose();
        TellOver(); // work that never began has not
    }

    void TellOver() => Interlocked.Exchange(ref whenOver, null)?.Invoke();
}
