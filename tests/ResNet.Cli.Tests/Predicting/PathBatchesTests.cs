using System.Runtime.CompilerServices;
using ResNet.Cli.Loading;

namespace ResNet.Cli.Tests.Predicting;

/// <summary>Paths for models that take batches: a batch is what has come.</summary>
[TestClass]
public class PathBatchesTests
{
    const int Most = 4;

    static readonly TimeSpan patience = TimeSpan.FromMinutes(1);

    [TestMethod]
    public async Task InBatches_SourceThatIsAhead_GivesAllInOrderAndAsksForABatchAhead()
    {
        var asked = 0;
        async IAsyncEnumerable<string> Many()
        {
            for (; asked < 100; Interlocked.Increment(ref asked))
                yield return $"{asked}";
            await Task.CompletedTask;
        }
        var taken = new List<string>();

        await foreach (var batch in Many().InBatches(Most, CancellationToken.None))
        {
            Assert.IsInRange(1, Most, batch.Count);
            taken.AddRange(batch);
            Assert.IsTrue(SpinWait.SpinUntil(() => Volatile.Read(ref asked) >= Math.Min(100, taken.Count + Most), patience)); // what lies ready, and one that waits for room
            Assert.IsLessThanOrEqualTo(taken.Count + Most, Volatile.Read(ref asked));
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 100).Select(i => $"{i}").ToList(), taken);
    }

    [TestMethod]
    public async Task InBatches_SourceThatWaitsForAnAnswer_GivesEachPathAtOnce()
    {
        using var answered = new SemaphoreSlim(0);
        async IAsyncEnumerable<string> Patient()
        {
            for (var i = 0; i < 3; i++)
            {
                yield return $"{i}";
                Assert.IsTrue(await answered.WaitAsync(patience));
            }
        }
        var batches = new List<string>();

        await foreach (var batch in Patient().InBatches(Most, CancellationToken.None))
        {
            batches.Add(string.Join(' ', batch));
            answered.Release();
        }

        CollectionAssert.AreEqual(new[] { "0", "1", "2" }, batches);
    }

    [TestMethod]
    public async Task InBatches_SourceThatFails_GivesWhatCameBefore()
    {
        static async IAsyncEnumerable<string> Broken()
        {
            yield return "first";
            await Task.Yield();
            throw new IOException("The input is gone.");
        }
        var taken = new List<string>();

        await Assert.ThrowsExactlyAsync<IOException>(async () =>
        {
            await foreach (var batch in Broken().InBatches(Most, CancellationToken.None))
                taken.AddRange(batch);
        });

        CollectionAssert.AreEqual(new[] { "first" }, taken);
    }

    [TestMethod]
    public async Task InBatches_CancelledWhileItWaits_StopsAndEndsTheSource()
    {
        using var stop = new CancellationTokenSource();
        var hasEnded = false;
        async IAsyncEnumerable<string> Silent([EnumeratorCancellation] CancellationToken cancellation = default)
        {
            try
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
                yield break;
            }
            finally
            {
                hasEnded = true;
            }
        }

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await Silent().InBatches(Most, stop.Token).CountAsync());

        Assert.IsTrue(hasEnded);
    }
}
