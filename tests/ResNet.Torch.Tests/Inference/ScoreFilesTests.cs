using System.Threading.Channels;
using ResNet.Torch.Inference.Feeding;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Inference;

[TestClass]
public sealed class ScoreFilesTests : IDisposable
{
    const int Classes = 5;

    readonly TemporaryFolder folder = new();
    readonly ImageClassifier classifier = new(
        ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, Classes), ImagePreset.ImageNet(20, 24) with { ResizeTo = new(22, 28) }, ["a", "b", "c", "d", "e"]);

    public void Dispose()
    {
        classifier.Dispose();
        folder.Dispose();
    }

    /// <summary>Images whose scores differ.</summary>
    string[] Files(int count) => [.. Enumerable.Range(0, count).Select(i => folder.File($"{i:D3}.png", FormulaPng(i)))];

    static byte[] FormulaPng(int seed)
    {
        using var bitmap = new SkiaSharp.SKBitmap(30 + seed % 3, 26);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
                bitmap.SetPixel(x, y, new((byte)(x * (seed + 3)), (byte)(y * (seed + 5)), (byte)(x * y + 40 * seed)));
        }
        using var encoded = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }

    static void AssertClose(float[] expected, float[]? actual) => Assert.IsLessThan(1e-5, ReferenceFile.RelativeError(expected, actual!));

    [TestMethod]
    [DataRow(null)]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(1000)]
    public void ScoreFiles_BatchesOfAnySize_ScoreInOrderAsOneByOne(int? batchSize)
    {
        var files = Files(23);
        var threads = get_num_threads();

        var scores = classifier.ScoreFiles(files, batchSize: batchSize).ToList();

        CollectionAssert.AreEqual(files, scores.ConvertAll(one => one.Path));
        foreach (var one in scores)
        {
            Assert.IsNull(one.Error);
            AssertClose(classifier.ScoreFile(one.Path), one.Scores);
        }
        Assert.IsGreaterThan(1e-3, ReferenceFile.RelativeError(scores[0].Scores!, scores[1].Scores!), "the images do not tell their order");
        Assert.AreEqual(threads, get_num_threads());
    }

    [TestMethod]
    public void ScoreFiles_BadFileInTheMiddle_SaysWhyAndGoesOn()
    {
        var files = Files(9);
        File.WriteAllText(files[3], "no image");
        files[7] = Path.Combine(folder.Path, "missing.png");

        var scores = classifier.ScoreFiles(files, batchSize: 3).ToList();

        Assert.HasCount(9, scores);
        foreach (var bad in new[] { 3, 7 })
        {
            var error = Assert.ThrowsExactly<ImageDecodingException>(() => classifier.ScoreFile(files[bad]));
            Assert.AreEqual((files[bad], null, error.Reason), (scores[bad].Path, scores[bad].Scores, scores[bad].Error));
        }
        AssertClose(classifier.ScoreFile(files[8]), scores[8].Scores);
        Assert.AreEqual(7, scores.Count(one => one.Error is null));
    }

    [TestMethod]
    public void ScoreFiles_AsksForPathsAFewBatchesAhead()
    {
        var file = Files(1)[0];
        var asked = 0;
        IEnumerable<string> Endless()
        {
            while (true)
            {
                asked++;
                yield return file;
            }
        }

        var scores = classifier.ScoreFiles(Endless(), batchSize: 3);
        Assert.AreEqual(0, asked);
        var read = 0;
        foreach (var _ in scores)
        {
            read++;
            Assert.IsLessThanOrEqualTo(read + 3 * (ScoringThreads.Shared.ReadAhead + 1), asked);
            if (read == 50)
                break;
        }

        var atEnd = asked;
        Thread.Sleep(50);
        Assert.AreEqual(atEnd, asked);
    }

    [TestMethod]
    public void ScoreFiles_EndedEarly_LeavesNoTensor()
    {
        var files = Files(4);
        _ = classifier.ScoreFiles(files).ToList();

        var left = NativeTensors.LeftBy(
            () =>
            {
                foreach (var batchSize in new[] { 1, 2, 50 })
                    Assert.AreEqual(files[0], classifier.ScoreFiles(Enumerable.Repeat(files[0], 500), batchSize: batchSize).First().Path);
            },
            networks: 0);

        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void ScoreFiles_SourceThatThrows_GivesWhatCameBefore()
    {
        var files = Files(5);
        IEnumerable<string> Broken()
        {
            foreach (var file in files)
                yield return file;
            throw new IOException("the list ended");
        }
        var read = new List<string>();

        var error = Assert.ThrowsExactly<IOException>(() =>
        {
            foreach (var one in classifier.ScoreFiles(Broken(), batchSize: 2))
                read.Add(one.Path);
        });

        Assert.AreEqual("the list ended", error.Message);
        CollectionAssert.AreEqual(files, read);
        Assert.Contains("path is null", Assert.ThrowsExactly<ArgumentException>(() => classifier.ScoreFiles([files[0], null!]).ToList()).Message);
    }

    [TestMethod]
    public void ScoreFiles_Cancelled_EndsAtTheNextBatch()
    {
        var files = Files(2);
        using var cancellation = new CancellationTokenSource();
        var read = 0;

        Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            foreach (var _ in classifier.ScoreFiles(Enumerable.Repeat(files[0], 1000), batchSize: 2, cancellationToken: cancellation.Token))
            {
                if (++read == 3)
                    cancellation.Cancel();
            }
        });

        Assert.AreEqual(4, read);
    }

    [TestMethod]
    public void ScoreFiles_OfADisposedClassifier_SaysSo()
    {
        var files = Files(3);
        classifier.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => classifier.ScoreFiles(files).ToList());
    }

    [TestMethod]
    public void ScoreFiles_BadArguments_AreToldAtOnce()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => classifier.ScoreFiles([], batchSize: 0));
        Assert.ThrowsExactly<ArgumentNullException>(() => classifier.ScoreFiles(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => classifier.ScoreFilesAsync(null!));
        Assert.IsEmpty(classifier.ScoreFiles([]).ToList());
    }

    [TestMethod]
    public async Task ScoreFilesAsync_PausingSource_GetsItsScoresWithoutMorePaths()
    {
        var files = Files(7);
        var paths = Channel.CreateUnbounded<string>();
        await using var scores = classifier.ScoreFilesAsync(paths.Reader.ReadAllAsync(CancellationToken.None), batchSize: 100).GetAsyncEnumerator();

        var read = 0;
        foreach (var burst in new[] { 1, 4, 2 })
        {
            for (var i = 0; i < burst; i++)
                Assert.IsTrue(paths.Writer.TryWrite(files[read + i]));
            for (var i = 0; i < burst; i++, read++)
            {
                Assert.IsTrue(await scores.MoveNextAsync()); // would wait for ever for a full batch
                Assert.AreEqual(files[read], scores.Current.Path);
                AssertClose(classifier.ScoreFile(files[read]), scores.Current.Scores);
            }
        }
        paths.Writer.Complete();

        Assert.IsFalse(await scores.MoveNextAsync());
    }

    [TestMethod]
    public async Task ScoreFilesAsync_EndlessSource_IsAskedAFewBatchesAheadAndEnds()
    {
        var files = Files(2);
        var (asked, isOver) = (0, false);
        async IAsyncEnumerable<string> Endless()
        {
            try
            {
                while (true)
                {
                    asked++;
                    yield return files[0];
                    if (asked % 10 == 0)
                        await Task.Yield();
                }
            }
            finally
            {
                isOver = true;
            }
        }

        var read = 0;
        await foreach (var one in classifier.ScoreFilesAsync(Endless(), batchSize: 3))
        {
            Assert.AreEqual(files[0], one.Path);
            read++;
            Assert.IsLessThanOrEqualTo(read + 3 * (ScoringThreads.Shared.ReadAhead + 1) + 1, asked);
            if (read == 40)
                break;
        }

        Assert.IsTrue(isOver);
    }

    [TestMethod]
    public async Task ScoreFilesAsync_CancelledWhileItWaits_Ends()
    {
        var paths = Channel.CreateUnbounded<string>();
        using var cancellation = new CancellationTokenSource();
        var file = Files(1)[0];
        Assert.IsTrue(paths.Writer.TryWrite(file));
        var read = 0;

        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var one in classifier.ScoreFilesAsync(FromChannel(paths.Reader), cancellationToken: cancellation.Token))
            {
                read++;
                await cancellation.CancelAsync();
            }
        });

        Assert.AreEqual(1, read);

        static async IAsyncEnumerable<string> FromChannel(ChannelReader<string> reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token = default)
        {
            await foreach (var path in reader.ReadAllAsync(token))
                yield return path;
        }
    }

    [TestMethod]
    public async Task ScoreFilesAsync_SourceThatThrows_GivesWhatCameBefore()
    {
        var files = Files(3);
        async IAsyncEnumerable<string> Broken()
        {
            foreach (var file in files)
                yield return file;
            await Task.Yield();
            throw new IOException("the list ended");
        }
        var read = new List<string>();

        await Assert.ThrowsExactlyAsync<IOException>(async () =>
        {
            await foreach (var one in classifier.ScoreFilesAsync(Broken(), batchSize: 2))
                read.Add(one.Path);
        });

        CollectionAssert.AreEqual(files, read);
    }
}
