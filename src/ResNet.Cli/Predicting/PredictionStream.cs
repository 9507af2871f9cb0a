using System.Collections.Concurrent;
using ResNet.Cli.Loading;
using ResNet.Cli.Output;
using ResNet.Torch;

namespace ResNet.Cli.Predicting;

/// <summary>Scores images in the order in which their paths come: files are read ahead on other threads while a batch is scored.</summary>
/// <param name="model">Scores; a model of ML.NET's reads the files itself.</param>
/// <param name="batchSize">Most images that are scored together.</param>
/// <remarks>A batch is what has come by then: with a fast producer it is full, and one who sends a path and waits has the answer at once.</remarks>
internal sealed class PredictionStream(LoadedModel model, int batchSize)
{
    /// <summary>A path with what was read of it, or why nothing was.</summary>
    sealed record Item(string Path, ModelImage? Image, Exception? Error);

    /// <summary>One batch after another, each before the next is scored.</summary>
    /// <param name="paths">Read on a thread of their own, which may wait for them.</param>
    /// <param name="cancellation">Ends it between two batches, or while it waits.</param>
    public IEnumerable<IReadOnlyList<Prediction>> Run(IEnumerable<string> paths, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var token = ended.Token;
        // One batch to score and one to read: memory does not grow with the paths.
        var ahead = new BlockingCollection<Task<Item>>(2 * batchSize);
        var reading = Task.Factory.StartNew(() => ReadAhead(paths, ahead, token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            var batch = new List<Item>(batchSize);
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

    void ReadAhead(IEnumerable<string> paths, BlockingCollection<Task<Item>> ahead, CancellationToken cancellation)
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

    Item Read(string path)
    {
        try
        {
            return new(path, model.Preset is { } preset ? new ReadImage(path, preset.ReadFile(path)) : new ModelImage.OfFile(path), null);
        }
        catch (ImageDecodingException e)
        {
            return new(path, null, e);
        }
    }

    Prediction[] Scored(IReadOnlyList<Item> batch)
    {
        var scores = new Queue<ImageScore>(model.Score([.. batch.Select(item => item.Image).OfType<ModelImage>()]));
        return [.. batch.Select(item => item.Error is { } error ? new ImageScore(default, error) : scores.Dequeue())
            .Zip(batch, (score, item) => new Prediction(item.Path, score.Probabilities, score.Error is { } error ? Reason(error) : null))];
    }

    /// <summary>Why an image could not be scored; its path stands beside it.</summary>
    static string Reason(Exception error) => (error as ImageDecodingException)?.Reason ?? ErrorText.Of(error);
}
