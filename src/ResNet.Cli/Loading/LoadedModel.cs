using System.Runtime.CompilerServices;
using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>A model of any kind that scores images.</summary>
abstract class LoadedModel : IDisposable
{
    /// <summary>What it is, as "resnet20 (weights.th)".</summary>
    public required string Title { get; init; }

    /// <summary>The name of each class, in the order of the probabilities; their numbers where <see cref="HasClassNames"/> is false.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Whether anything said what the classes are called.</summary>
    public bool HasClassNames { get; init; } = true;

    /// <summary>The network itself; null where the model does not run in libtorch.</summary>
    public virtual ImageClassifier? Classifier => null;

    /// <summary>Images in a batch, where nobody says how many.</summary>
    protected virtual int BatchSize => 32;

    /// <summary>Scores images, in their order, as the result is read.</summary>
    public virtual IEnumerable<ImageScores> Score(IReadOnlyList<ModelImage> images, CancellationToken cancellation) => images.Chunk(BatchSize).SelectMany(batch =>
    {
        cancellation.ThrowIfCancellationRequested();
        return ScoreBatch(batch);
    });

    /// <summary>Scores image files whose paths come over time, in their order. Where no further path is waiting, those that have come are scored without waiting for more.</summary>
    /// <param name="paths">Files that are perhaps not there, or no images: they have an error.</param>
    /// <param name="batchSize">Images in a forward pass at most; null chooses.</param>
    /// <param name="cancellation">Ends it, also while it waits for a path.</param>
    public virtual async IAsyncEnumerable<ImageScores> ScoreFilesAsync(IAsyncEnumerable<string> paths, int? batchSize, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var batch in paths.InBatches(batchSize ?? BatchSize, cancellation))
        {
            foreach (var scores in ScoreBatch([.. batch.Select(path => new ModelImage.OfFile(path))]))
                yield return scores;
        }
    }

    /// <summary>Scores some images. Not for several threads.</summary>
    /// <returns>A score for each image, in their order.</returns>
    protected abstract IReadOnlyList<ImageScores> ScoreBatch(IReadOnlyList<ModelImage> images);

    public abstract void Dispose();
}
