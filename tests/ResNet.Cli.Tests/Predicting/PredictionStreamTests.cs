using ResNet.Cli.Loading;
using ResNet.Cli.Predicting;

namespace ResNet.Cli.Tests.Predicting;

/// <summary>How many images are read ahead and scored together.</summary>
[TestClass]
public class PredictionStreamTests
{
    const int BatchSize = 4;

    [TestMethod]
    public void Run_ProducerThatIsAhead_ScoresFullBatchesAndReadsTwoAhead()
    {
        using var files = new TestModel();
        using var model = new WatchedModel(files);
        var image = files.Image(1, "a.png");
        var asked = 0;
        IEnumerable<string> Endless()
        {
            for (; ; Interlocked.Increment(ref asked))
                yield return image;
        }
        // Room for two batches, and one more path that waits for it.
        model.BeforeScoring = () => Assert.IsTrue(SpinWait.SpinUntil(() => Volatile.Read(ref asked) >= model.Taken + 2 * BatchSize, TimeSpan.FromMinutes(1)));

        var batches = new PredictionStream(model, BatchSize).Run(Endless(), CancellationToken.None).Take(6).Select(batch => (batch.Count, Ahead: Volatile.Read(ref asked) - model.Taken)).ToList();

        Assert.IsTrue(batches.Skip(1).All(batch => batch.Count == BatchSize), string.Join(", ", batches)); // the first is what had come by then
        Assert.IsTrue(batches.All(batch => batch.Ahead <= 2 * BatchSize), string.Join(", ", batches));
    }

    [TestMethod]
    public void Run_ProducerThatWaitsForEachAnswer_GetsIt()
    {
        using var files = new TestModel();
        using var model = new WatchedModel(files);
        string[] images = files.Images(5);
        using var answered = new SemaphoreSlim(0);
        IEnumerable<string> Patient()
        {
            foreach (var image in images)
            {
                yield return image;
                Assert.IsTrue(answered.Wait(TimeSpan.FromMinutes(1)));
            }
        }

        var predictions = new List<Prediction>();
        foreach (var batch in new PredictionStream(model, BatchSize).Run(Patient(), CancellationToken.None))
        {
            predictions.AddRange(batch);
            answered.Release(batch.Count);
        }

        CollectionAssert.AreEqual(images, predictions.Select(p => p.Path).ToArray());
    }

    [TestMethod]
    public void Run_CancelledWhileItWaits_Stops()
    {
        using var files = new TestModel();
        using var model = new WatchedModel(files);
        using var stop = new CancellationTokenSource();
        using var end = new ManualResetEventSlim();
        IEnumerable<string> Silent()
        {
            stop.Cancel();
            end.Wait();
            yield break;
        }

        Assert.ThrowsExactly<OperationCanceledException>(() => new PredictionStream(model, BatchSize).Run(Silent(), stop.Token).Count());

        end.Set();
    }

    [TestMethod]
    public void Run_PathsThatFail_TellsWhy()
    {
        using var files = new TestModel();
        using var model = new WatchedModel(files);
        static IEnumerable<string> Broken() => throw new IOException("The input is gone.");

        Assert.ThrowsExactly<IOException>(() => new PredictionStream(model, BatchSize).Run(Deferred(Broken), CancellationToken.None).Count());
    }

    static IEnumerable<string> Deferred(Func<IEnumerable<string>> paths)
    {
        foreach (var path in paths())
            yield return path;
    }

    /// <summary>A classifier whose scoring is watched.</summary>
    sealed class WatchedModel : LoadedModel
    {
        readonly LoadedModel inner;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public WatchedModel(TestModel model)
        {
            inner = ModelSource.Load(model.Path, new(), null!);
            (Title, ClassNames, Preset) = (inner.Title, inner.ClassNames, inner.Preset);
        }

        public Action BeforeScoring { get; set; } = () => { };

        /// <summary>Images that came to be scored.</summary>
        public int Taken { get; private set; }

        public override IReadOnlyList<ImageScore> Score(IReadOnlyList<ModelImage> images)
        {
            Taken += images.Count;
            BeforeScoring();
            return inner.Score(images);
        }

        public override void Dispose() => inner.Dispose();
    }
}
