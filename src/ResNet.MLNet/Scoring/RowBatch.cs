using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>Successive rows whose images are decoded, and go through the network together, on another thread.</summary>
/// <param name="first">The first row's number.</param>
/// <param name="images">The rows' images.</param>
/// <param name="preset">What they become.</param>
/// <param name="score">Runs the network; null where nobody asks for its figures.</param>
internal sealed class RowBatch(long first, IReadOnlyList<KeptImage> images, ImagePreset preset, ScoreImages? score) : IDisposable
{
    readonly ScoringWork<ScoredImages<ImageFault>> work = new(stop =>
        ScoredImages<ImageFault>.Of(images.Count, preset, (i, target) => images[i].ReadOnce(preset, target), score, stop));

    readonly long firstRow = first;

    /// <summary>The last row's number.</summary>
    public long Last { get; } = first + images.Count - 1;

    /// <summary>What came of a row's image; waits where that is under way.</summary>
    public ScoredImage Image(long row) => new(work.Result, (int)(row - firstRow), row);

    /// <summary>Has work that was not begun never begin.</summary>
    public void Cancel() => work.Cancel();

    /// <summary>When it returns, no thread is at work for the rows.</summary>
    public void Dispose() => work.Dispose();
}
