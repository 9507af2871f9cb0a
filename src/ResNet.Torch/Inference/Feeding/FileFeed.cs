using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using ResNet.Torch.Images;

namespace ResNet.Torch.Inference.Feeding;

/// <summary>Scores files whose paths come one by one, in their order.</summary>
/// <remarks>An error of the source of paths is thrown where its path would have come: what came before it is scored.</remarks>
internal sealed class FileFeed(ImageClassifier classifier, ImageReader reader, int? batchSize)
{
    public IEnumerable<ImageScores> Score(IEnumerable<string> paths, CancellationToken cancellation)
    {
        using var batches = new FileBatches(classifier, reader, batchSize, cancellation);
        using var source = paths.GetEnumerator();
        ExceptionDispatchInfo? error = null;
        for (var isOpen = true; isOpen || batches.Oldest is not null;)
        {
            while (isOpen && batches.HasRoom)
                isOpen = TryAddNext(source, batches, out error);
            if (!isOpen)
                batches.Start();
            if (batches.Oldest is null)
                continue;
            foreach (var scores in batches.TakeOldest())
                yield return scores;
        }
        error?.Throw();
    }

    static bool TryAddNext(IEnumerator<string> source, FileBatches batches, out ExceptionDispatchInfo? error)
    {
        error = null;
        try
        {
            if (!source.MoveNext())
                return false;
            batches.Add(source.Current);
            return true;
        }
        catch (Exception e)
        {
            error = ExceptionDispatchInfo.Capture(e);
            return false;
        }
    }

    public async IAsyncEnumerable<ImageScores> ScoreAsync(IAsyncEnumerable<string> paths, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var batches = new FileBatches(classifier, reader, batchSize, end.Token);
        var source = new AsyncPaths(paths, end);
        await using var _ = source.ConfigureAwait(false);
        while (true)
        {
            while (source.HasCome && batches.HasRoom)
                source.AddTo(batches);
            // No further path is waiting: those that have come do not wait either.
            if (batches.HasRoom)
                batches.Start();
            if (batches.Oldest is { IsCompleted: true })
            {
                foreach (var scores in batches.TakeOldest())
                    yield return scores;
                continue;
            }
            var next = batches.HasRoom ? source.Next : null;
            if ((batches.Oldest ?? next) is not { } first)
                break;
            await Task.WhenAny(first, next ?? first).ConfigureAwait(false);
        }
        cancellation.ThrowIfCancellationRequested();
        source.Error?.Throw();
    }
}
