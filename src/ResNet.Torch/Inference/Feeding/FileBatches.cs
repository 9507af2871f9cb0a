using ResNet.Torch.Images;

namespace ResNet.Torch.Inference.Feeding;

/// <summary>Files that gather for a forward pass, and those before them whose scores are under way.</summary>
internal sealed class FileBatches(ImageClassifier classifier, ImageReader reader, int? batchSize, CancellationToken cancellation) : IDisposable
{
    readonly int full = ScoringBatch.Size(classifier.Preset, batchSize);
    readonly Queue<ScoringWork<ImageScores[]>> started = [];
    readonly List<string> gathered = [];

    /// <summary>Whether a further path can be taken, or what has gathered be started.</summary>
    public bool HasRoom => started.Count < ScoringThreads.Shared.ReadAhead;

    /// <summary>The scores of the batch that was started first; null where there is none.</summary>
    public Task? Oldest => started.TryPeek(out var oldest) ? oldest.Task : null;

    /// <summary>Adds a file, and starts its batch when that is full.</summary>
    public void Add(string? path)
    {
        gathered.Add(path ?? throw new ArgumentException("A path is null."));
        if (gathered.Count == full)
            Start();
    }

    /// <summary>Starts what has gathered.</summary>
    public void Start()
    {
        if (gathered.Count == 0)
            return;
        string[] files = [.. gathered];
        gathered.Clear();
        started.Enqueue(new(stop => Score(files, stop), cancellation));
    }

    /// <summary>Waits for the scores of the batch that was started first.</summary>
    public ImageScores[] TakeOldest()
    {
        using var work = started.Dequeue();
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return work.Result;
        }
        catch (OperationCanceledException)
        {
            // What the work throws then carries another token than the caller's.
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    ImageScores[] Score(string[] files, CancellationToken stop)
    {
        var scored = ScoredImages<string>.Of(files.Length, classifier.Preset, (i, target) => Read(files[i], target), classifier.Score, stop);
        return [.. files.Select((file, i) => scored.Fault(i) is { } error ? new ImageScores(file, null, error) : new(file, [.. scored.Figures(i)], null))];
    }

    string? Read(string file, Span<byte> target)
    {
        try
        {
            reader.Read(file, target);
            return null;
        }
        catch (ImageDecodingException e)
        {
            return e.Reason;
        }
    }

    public void Dispose()
    {
        foreach (var work in started)
            work.Cancel();
        foreach (var work in started)
            work.Dispose();
        started.Clear();
    }
}
