using System.Collections.Concurrent;
using ResNet.Torch;

namespace ResNet.Cli.Predicting;

/// <summary>Scores images in the order in which their paths come: files are read ahead on other threads while a batch is scored.</summary>
/// <remarks>A batch is what has come by then: with a fast producer it is full, and one who sends a path and waits has the answer at once.</remarks>
internal sealed class PredictionStream(IImageModel model, int batchSize)
{
    /// <summary>One batch after another, each before the next is scored.</summary>
    /// <param name="paths">Read on a thread of their own, which may wait for them.</param>
    /// <param name="cancellation">Ends it between two batches, or while it waits.</param>
    public IEnumerable<IReadOnlyList<Prediction>> Run(IEnumerable<string> paths, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var token = ended.Token;
        // One batch to score and one to read: memory does not grow with the paths.
        var ahead = new BlockingCollection<Task<ReadImage>>(2 * batchSize);
        var reading = Task.Factory.StartNew(() => ReadAhead(paths, ahead, token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            var batch = new List<ReadImage>(batchSize);
            while (ahead.TryTake(out var next, Timeout.Infinite, token))
            {
                do
                    batch.Add(next.GetAwaiter().GetResult());
                while (batch.Count < batchSize && ahead.TryTake(out next));
                yield return Scored(batch);
                batch.Clear();
            }
            reading.GetAwaiter().GetResult(); // what went wrong with the paths themselves
        }
        finally
        {
            ended.Cancel(); // a consumer that has enough leaves the thread to its wait; it ends with the process
        }
    }

    void ReadAhead(IEnumerable<string> paths, BlockingCollection<Task<ReadImage>> ahead, CancellationToken cancellation)
    {
        try
        {
            foreach (var path in paths)
                ahead.Add(Task.Run(() => Read(path), CancellationToken.None), cancellation);
        }
        finally
        {
            ahead.CompleteAdding();
        }
    }

    ReadImage Read(string path)
    {
        try
        {
            return new(path, model.Read(path), null);
        }
        catch (ImageDecodingException e)
        {
            return new(path, null, e.Reason);
        }
    }

    IReadOnlyList<Prediction> Scored(IReadOnlyList<ReadImage> batch)
    {
        var scored = new Queue<Prediction>(model.Score([.. batch.Where(image => image.Error is null)]));
        return [.. batch.Select(image => image.Error is null ? scored.Dequeue() : Prediction.Failed(image.Path, image.Error))];
    }
}
