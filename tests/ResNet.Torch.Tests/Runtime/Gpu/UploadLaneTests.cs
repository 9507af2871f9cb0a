using ResNet.Torch.Runtime.Gpu;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime.Gpu;

/// <summary>The order of copies and kernels, on queues that do their work as early or as late as CUDA allows: each kernel has to find its own batch.</summary>
[TestClass]
public class UploadLaneTests
{
    const int Seeds = 20, Count = 40;

    public static IEnumerable<object[]> Paces => Enum.GetValues<Pace>().Select(pace => new object[] { pace });

    static void OnGpus(Pace pace, Action<SimulatedGpu, Batches> work)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var gpu = new SimulatedGpu(seed, pace);
            var batches = new Batches(gpu, seed);

            work(gpu, batches);

            gpu.Finish();
            Assert.IsEmpty(gpu.Faults, $"Seed {seed}: {gpu.Faults.FirstOrDefault()}");
            Assert.IsTrue(batches.AreRead, $"Seed {seed}");
            Assert.AreEqual(0, gpu.Open, $"Seed {seed}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Paces))]
    public void Use_ManyBatches_EachIsReadAsItWas(Pace pace) => OnGpus(pace, (gpu, batches) =>
    {
        using var lane = new UploadLane(gpu);
        for (var i = 0; i < Count; i++)
        {
            var bytes = batches.Next();
            Assert.IsInRange(1, 3, lane.Use(bytes, Batches.Shape(bytes), bytes.ToArray(), batches.Compute));
            Array.Clear(bytes); // the caller's again
        }
    });

    [TestMethod]
    [DynamicData(nameof(Paces))]
    public void Use_WhereComputingFailsHalfWay_ReadsAllBatchesAsTheyWere(Pace pace) => OnGpus(pace, (gpu, batches) =>
    {
        using var lane = new UploadLane(gpu);
        for (var i = 0; i < Count; i++)
        {
            var bytes = batches.Next();
            if (batches.Chance(0.7))
                _ = lane.Use(bytes, Batches.Shape(bytes), bytes, batches.Compute);
            else
                Assert.ThrowsExactly<NotSupportedException>(() => lane.Use<byte[], int>(bytes, Batches.Shape(bytes), bytes, (images, state) =>
                {
                    _ = batches.Compute(images, state);
                    throw new NotSupportedException();
                }));
        }
    });

    [TestMethod]
    [DynamicData(nameof(Paces))]
    public void Use_OfLanesThatComeAndGo_ReadsAllBatchesAsTheyWere(Pace pace) => OnGpus(pace, (gpu, batches) =>
    {
        var lanes = new UploadLane[] { new(gpu), new(gpu), new(gpu) };
        for (var i = 0; i < Count; i++)
        {
            var bytes = batches.Next();
            var (outer, inner) = (i % 3, (i + 1) % 3);
            _ = lanes[outer].Use(bytes, Batches.Shape(bytes), bytes, (images, state) =>
            {
                var others = batches.Next();
                _ = lanes[inner].Use(others, Batches.Shape(others), others, batches.Compute);
                return batches.Compute(images, state);
            });
            if (batches.Chance(0.3)) // its memory goes to the next lane while kernels still have to read it
            {
                lanes[outer].Dispose();
                lanes[outer] = new(gpu);
            }
        }
        Array.ForEach(lanes, lane => lane.Dispose());
    });

    [TestMethod]
    public void Dispose_WhileCopiesAreUnderWay_LeavesNothing()
    {
        var left = NativeTensors.LeftBy(() => OnGpus(Pace.Late, (gpu, batches) =>
        {
            using var scope = NewDisposeScope();
            using var lane = new UploadLane(gpu);
            var bytes = batches.Next();
            _ = lane.Use(bytes, Batches.Shape(bytes), bytes, batches.Compute);
        }), networks: 0);

        Assert.AreEqual(0, left);
    }
}
