using ResNet.Torch.Runtime.Gpu;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime.Gpu;

[TestClass]
public class UploadsTests
{
    [TestMethod]
    [DataRow(Pace.Any)]
    [DataRow(Pace.CopiesAhead)]
    [DataRow(Pace.ComputeAhead)]
    public void Use_FromSeveralThreads_EachReadsItsOwnBatches(Pace pace)
    {
        using var gpu = new SimulatedGpu(seed: 3, pace);
        using var uploads = new Uploads(CPU, gpu);
        var all = Enumerable.Range(0, 4).Select(thread => new Batches(gpu, seed: 50 + thread)).ToList();
        var threads = all.Select(batches => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                var bytes = batches.Next();
                try
                {
                    _ = uploads.Use(bytes, Batches.Shape(bytes), bytes, (images, state) => batches.Compute(images, state) < 3 ? 1 : throw new NotSupportedException());
                }
                catch (NotSupportedException)
                {
                    // a lane less
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WaitAll(threads);

        uploads.Dispose();

        gpu.Finish();
        Assert.IsEmpty(gpu.Faults, gpu.Faults.FirstOrDefault());
        Assert.IsTrue(all.TrueForAll(batches => batches.AreRead));
        Assert.AreEqual(0, gpu.Open);
    }

    [TestMethod]
    public void Use_OneThread_HasOneLane()
    {
        using var gpu = new SimulatedGpu(seed: 1, Pace.Any);
        using var uploads = new Uploads(CPU, gpu);
        var batches = new Batches(gpu, seed: 1);
        for (var i = 0; i < 10; i++)
        {
            var bytes = batches.Next();
            _ = uploads.Use(bytes, Batches.Shape(bytes), bytes, batches.Compute);
        }

        Assert.AreEqual(1 + 2 * 2, gpu.Open); // a stream, and two events for each of two slots
        gpu.Finish();
    }

    /// <summary>Each call fails in its turn, alone or with all behind it.</summary>
    [TestMethod]
    [DataRow(Pace.Any, false)]
    [DataRow(Pace.Late, false)]
    [DataRow(Pace.Late, true)]
    public void Use_OfAGpuThatFails_TellsAndLeavesNothing(Pace pace, bool staysBroken)
    {
        var told = 0;
        var left = NativeTensors.LeftBy(() =>
        {
            for (var call = 1; ; call++)
            {
                using var gpu = new SimulatedGpu(call, pace) { FailsAt = call, StaysBroken = staysBroken };
                var failures = UseAFewTimes(gpu, call);
                gpu.FailsAt = int.MaxValue;
                gpu.Finish();
                if (gpu.Calls < call)
                    break;
                told += failures;
                if (staysBroken || failures == 0)
                    continue; // it failed at the end
                Assert.IsEmpty(gpu.Faults, $"Call {call}: {gpu.Faults.FirstOrDefault()}"); // work went on with another lane
                Assert.AreEqual(0, gpu.Open, $"Call {call}");
            }
        }, networks: 0);

        Assert.IsGreaterThan(30, told);
        Assert.AreEqual(0, left);
    }

    static int UseAFewTimes(SimulatedGpu gpu, int seed)
    {
        var failures = 0;
        var batches = new Batches(gpu, seed);
        using var uploads = new Uploads(CPU, gpu);
        for (var i = 0; i < 6; i++)
        {
            var bytes = batches.Next();
            try
            {
                _ = uploads.Use(bytes, Batches.Shape(bytes), bytes, batches.Compute);
            }
            catch (InvalidOperationException e)
            {
                failures++;
                Assert.Contains("fails", e.Message);
            }
        }
        return failures;
    }

    [TestMethod]
    public void Use_OnTheProcessor_IsACopyThatIsGoneAfterwards()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6];
        Tensor? seen = null;

        var left = NativeTensors.LeftBy(() =>
        {
            using var uploads = new Uploads(CPU);
            var sum = uploads.Use(bytes, [2, 3], 10, (tensor, add) =>
            {
                seen = tensor;
                CollectionAssert.AreEqual(new long[] { 2, 3 }, tensor.shape);
                return tensor.bytes[4] + add;
            });
            Assert.AreEqual(15, sum);
        }, networks: 0);

        Assert.IsTrue(seen!.IsInvalid);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Of_TheProcessor_AsksForNoCuda() => Assert.IsNull(CudaQueues.Of(CPU));
}
