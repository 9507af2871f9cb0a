using ResNet.Torch.Inference.Feeding;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Inference.Feeding;

[TestClass]
public class ScoringWorkTests
{
    static readonly ScoringThreads threads = ScoringThreads.Shared;

    [TestMethod]
    public void Work_RunsOnAsManyThreadsAsProcessors_EachOfOneIntraOpThread()
    {
        Assert.AreEqual(Environment.ProcessorCount, threads.MaximumConcurrencyLevel);
        using var together = new Barrier(threads.MaximumConcurrencyLevel);

        var works = Enumerable.Range(0, threads.MaximumConcurrencyLevel).Select(_ => new ScoringWork<(string?, int)>(stop =>
        {
            together.SignalAndWait(stop);
            return (Thread.CurrentThread.Name, get_num_threads());
        })).ToList();

        var results = works.ConvertAll(work => work.Result);
        Assert.HasCount(results.Count, results.Select(result => result.Item1).Distinct().ToList());
        Assert.IsTrue(results.TrueForAll(result => result.Item2 == 1 && result.Item1!.StartsWith("Scoring ", StringComparison.Ordinal)), string.Join(", ", results));
    }

    [TestMethod]
    public void Result_OfWorkThatThrows_ThrowsTheSame()
    {
        using var work = new ScoringWork<int>(_ => throw new InvalidDataException("bad"));

        Assert.AreEqual("bad", Assert.ThrowsExactly<InvalidDataException>(() => work.Result).Message);
    }

    [TestMethod]
    public async Task Task_Awaited_GoesOnElsewhere()
    {
        using var go = new ManualResetEventSlim();
        using var work = new ScoringWork<int>(stop =>
        {
            go.Wait(stop);
            return 7;
        });
        var awaiting = Awaiting();
        go.Set();

        Assert.IsFalse(await awaiting);

        async Task<bool> Awaiting()
        {
            await work.Task.ConfigureAwait(false);
            return Thread.CurrentThread.Name?.StartsWith("Scoring ", StringComparison.Ordinal) ?? false;
        }
    }

    [TestMethod]
    public void Dispose_EndsWorkThatHasBegun_AndNeverBeginsTheRest()
    {
        var (begun, ended) = (0, 0);
        var works = Enumerable.Range(0, threads.MaximumConcurrencyLevel + 5).Select(_ => new ScoringWork<int>(stop =>
        {
            Interlocked.Increment(ref begun);
            stop.WaitHandle.WaitOne();
            Interlocked.Increment(ref ended);
            return 0;
        })).ToList();
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) == threads.MaximumConcurrencyLevel);

        for (var i = works.Count - 1; i >= 0; i--)
            works[i].Dispose();

        Assert.AreEqual(threads.MaximumConcurrencyLevel, begun);
        Assert.AreEqual(begun, ended);
        using var next = new ScoringWork<int>(_ => 7);
        Assert.AreEqual(7, next.Result);
    }

    [TestMethod]
    public void Work_ThatWaitsForOtherWork_DoesItItself()
    {
        var outer = Enumerable.Range(0, 2 * threads.MaximumConcurrencyLevel).Select(i => new ScoringWork<int>(_ =>
        {
            using var inner = new ScoringWork<int>(_ => 10 * i);
            return inner.Result + 1;
        })).ToList();

        CollectionAssert.AreEqual(Enumerable.Range(0, outer.Count).Select(i => 10 * i + 1).ToList(), outer.ConvertAll(work => work.Result));
    }

    [TestMethod]
    [DataRow(224, 3, 8)]
    [DataRow(32, 3, 32)]
    [DataRow(112, 3, 32)]
    [DataRow(160, 3, 15)]
    [DataRow(448, 3, 2)]
    [DataRow(2000, 3, 1)]
    public void Size_Automatic_IsOfAboutTheSameBytes(int side, int channels, int expected)
    {
        var preset = ImagePreset.ImageNet(side, side, channels);

        Assert.AreEqual(expected, ScoringBatch.Size(preset, null));
        Assert.AreEqual(100, ScoringBatch.Size(preset, 100, images: 3));
        Assert.AreEqual(1, ScoringBatch.Size(preset, null, images: threads.MaximumConcurrencyLevel));
        Assert.AreEqual(1, ScoringBatch.Size(preset, null, images: 0));
    }

    [TestMethod]
    [DataRow(224, null, 1)]
    [DataRow(32, null, 3)]
    [DataRow(224, 64, 6)]
    [DataRow(224, 9, 1)]
    public void Size_TenCrops_AreCountedEach(int side, int? asked, int expected) =>
        Assert.AreEqual(expected, ScoringBatch.Size(ImagePreset.ImageNet(side, side) with { ResizeShorterSide = side, Crops = ImageCrops.Ten }, asked));
}
