using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class BatchFeedTests
{
    /// <summary>Ten grey images of 2×1 pixels: image i holds i and 10 + i, and has the label i mod 2.</summary>
    static LabelledImages Ten()
    {
        var images = new LabelledImages(ImagePreset.ImageNet(1, 2, 1), 2, memoryLimit: 8);
        for (var i = 0; i < 10; i++)
            images.Add([(byte)i, (byte)(10 + i)], i % 2);
        return images;
    }

    static int[][] Batches(int count) => [.. Enumerable.Range(0, count).Select(_ => new[] { 1, 2 })];

    [TestMethod]
    public void Prepare_Batches_ComeInTheirOrder()
    {
        using var images = Ten();

        var batches = new BatchFeed(images, threads: 2).Prepare([[3, 0], [9], [4, 4, 5]])
            .Select(batch => (Pixels: batch.Pixels.ToArray(), Labels: batch.Labels.ToArray(), batch.Count, batch.Share)).ToList();

        Assert.HasCount(3, batches);
        CollectionAssert.AreEqual(new byte[] { 3, 13, 0, 10 }, batches[0].Pixels);
        CollectionAssert.AreEqual(new byte[] { 9, 19 }, batches[1].Pixels);
        CollectionAssert.AreEqual(new byte[] { 4, 14, 4, 14, 5, 15 }, batches[2].Pixels);
        CollectionAssert.AreEqual(new long[] { 1, 0 }, batches[0].Labels);
        CollectionAssert.AreEqual(new long[] { 0, 0, 1 }, batches[2].Labels);
        CollectionAssert.AreEqual(new[] { 2, 1, 3 }, batches.ConvertAll(b => b.Count));
        Assert.IsTrue(batches.TrueForAll(b => b.Share is null));
    }

    [TestMethod]
    public void Prepare_AugmentAndFinish_SeeEveryImageAndThenTheBatch()
    {
        using var images = Ten();
        var feed = new BatchFeed(images, threads: 4);

        var batches = feed.Prepare(
            [[1, 2], [3]],
            augment: (image, target, index) => (target[0], target[1]) = ((byte)(image[1] * 2), (byte)(100 + index)),
            finish: (batch, count, step) =>
            {
                batch[0]++;
                return step == 0 ? count + 0.5f : null;
            }).Select(batch => (Pixels: batch.Pixels.ToArray(), batch.Share)).ToList();

        CollectionAssert.AreEqual(new byte[] { 23, 101, 24, 102 }, batches[0].Pixels);
        CollectionAssert.AreEqual(new byte[] { 27, 103 }, batches[1].Pixels);
        Assert.AreEqual(2.5f, batches[0].Share);
        Assert.IsNull(batches[1].Share);
    }

    [TestMethod]
    public void Prepare_OneOrEightThreads_GivesTheSameBytes()
    {
        using var images = new LabelledImages(ImagePreset.ImageNet(12, 10), 5, memoryLimit: 30 * 360);
        for (var i = 0; i < 64; i++)
        {
            var pixels = new byte[images.Preset.ImageBytes];
            new Random(i).NextBytes(pixels);
            images.Add(pixels, i % 5);
        }
        var order = Enumerable.Range(0, 64).ToArray();
        new Random(1).Shuffle(order);
        var augmenter = new Augmenter(new() { CropPadding = 3 }, images.Preset, seed: 5);

        CollectionAssert.AreEqual(Bytes(threads: 1), Bytes(threads: 8));

        byte[] Bytes(int threads) =>
            [.. new BatchFeed(images, threads).Prepare([.. order.Chunk(24)], (image, target, index) => augmenter.Apply(image, target, epoch: 2, index))
                .SelectMany(batch => batch.Pixels.ToArray().Concat(batch.Labels.ToArray().Select(label => (byte)label)))];
    }

    [TestMethod]
    public void Prepare_NextBatch_IsReadyWhileOneIsUsed()
    {
        using var images = Ten();
        using var second = new ManualResetEventSlim();
        var started = 0;
        using var batches = new BatchFeed(images, threads: 1).Prepare(Batches(4), finish: (_, _, step) =>
        {
            started = step;
            if (step == 1)
                second.Set();
            return null;
        }).GetEnumerator();

        Assert.IsTrue(batches.MoveNext());
        Assert.IsTrue(second.Wait(TimeSpan.FromSeconds(30)), "The second batch is prepared before it is asked for.");
        // Not the third: its buffer is the first's, which is in use.
        Assert.AreEqual(1, started);
        CollectionAssert.AreEqual(new byte[] { 1, 11, 2, 12 }, batches.Current.Pixels.ToArray());
    }

    [TestMethod]
    public void Prepare_Error_ReachesTheCallerAtItsBatch()
    {
        using var images = Ten();
        var seen = 0;

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
        {
            foreach (var batch in new BatchFeed(images, threads: 8).Prepare([[0, 1], [2, 3], [4, 5]], Broken))
                seen++;
        });

        Assert.AreEqual("image 3", error.Message);
        Assert.Contains(nameof(Broken), error.StackTrace!);
        Assert.AreEqual(1, seen);

        static void Broken(ReadOnlySpan<byte> image, Span<byte> target, int index)
        {
            if (index == 3)
                throw new InvalidDataException($"image {index}");
        }
    }

    [TestMethod]
    public void Prepare_EndedEarly_WaitsForTheWorkAndStops()
    {
        using var images = Ten();
        var feed = new BatchFeed(images, threads: 2);
        int working = 0, calls = 0;

        foreach (var batch in feed.Prepare(Batches(100), Slow))
            break;

        Assert.AreEqual(0, Volatile.Read(ref working));
        Assert.IsLessThanOrEqualTo(4, calls);
        // The feed is free for another epoch.
        Assert.AreEqual(3, feed.Prepare(Batches(3)).Count());

        void Slow(ReadOnlySpan<byte> image, Span<byte> target, int index)
        {
            Interlocked.Increment(ref working);
            Interlocked.Increment(ref calls);
            Thread.Sleep(20);
            Interlocked.Decrement(ref working);
        }
    }

    [TestMethod]
    public void Prepare_EndedWhileTheNextBatchFails_ThrowsNothing()
    {
        using var images = Ten();
        var feed = new BatchFeed(images, threads: 2);

        Assert.AreEqual(1, feed.Prepare([[0], [1]], (_, _, index) => Throw(index)).Take(1).Count());
        Assert.AreEqual(3, feed.Prepare(Batches(3)).Count());

        static void Throw(int index)
        {
            if (index == 1)
                throw new InvalidDataException();
        }
    }

    [TestMethod]
    public void Prepare_Cancelled_ThrowsWithTheCallersToken()
    {
        using var images = Ten();
        using var cancellation = new CancellationTokenSource();
        var seen = 0;

        var error = Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            foreach (var batch in new BatchFeed(images, threads: 2).Prepare(Batches(100), cancellation: cancellation.Token))
            {
                if (++seen == 2)
                    cancellation.Cancel();
            }
        });

        Assert.AreEqual(cancellation.Token, error.CancellationToken);
        Assert.AreEqual(2, seen);
    }

    [TestMethod]
    public void Prepare_TwoAtOnce_IsRefused()
    {
        using var images = Ten();
        var feed = new BatchFeed(images, threads: 1);
        using var first = feed.Prepare(Batches(3)).GetEnumerator();
        first.MoveNext();

        Assert.ThrowsExactly<InvalidOperationException>(() => feed.Prepare(Batches(3)).Count());
        Assert.IsTrue(first.MoveNext());
    }
}
