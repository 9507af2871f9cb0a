using ResNet.Torch.Runtime;
using ResNet.Torch.Runtime.Gpu;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime.Gpu;

/// <summary>The calls of the CUDA runtime, beside its documentation (CUDA Runtime API: device, stream, event and memory management).</summary>
[TestClass]
public class CudaQueuesTests
{
    static Device Gpu(int index) => new(DeviceType.CUDA, index);

    static CudaQueues Queues(CudaFunctions cuda, int gpu = 1) => new(cuda.Runtime(), Gpu(gpu));

    [TestMethod]
    public void EveryCall_OfAnotherGpuThanTheThreads_IsMadeForItAndThenPutBack()
    {
        var cuda = new CudaFunctions();
        var queues = Queues(cuda);
        using var host = zeros(8, ScalarType.Byte);
        using var memory = zeros(8, ScalarType.Byte);

        var stream = queues.CreateStream();
        var mark = queues.CreateEvent();
        queues.Copy(host, memory, 5, stream);
        queues.Record(mark, stream);
        queues.Wait(GpuStream.Compute, mark);
        queues.Wait(mark);
        queues.Wait(stream);
        queues.Destroy(mark);
        queues.Destroy(stream);

        string[] expected =
        [
            "cudaStreamCreateWithFlags(1)",         // cudaStreamNonBlocking
            "cudaEventCreateWithFlags(3)",          // cudaEventBlockingSync | cudaEventDisableTiming
            $"cudaMemcpyAsync({TorchNative.Data(memory)}, {TorchNative.Data(host)}, 5, 1, 11)", // cudaMemcpyHostToDevice
            "cudaEventRecord(22, 11)",
            "cudaStreamWaitEvent(0, 22, 0)",        // the default stream
            "cudaEventSynchronize(22)",
            "cudaStreamSynchronize(11)",
            "cudaEventDestroy(22)",
            "cudaStreamDestroy(11)",
        ];
        CollectionAssert.AreEqual(expected.SelectMany(call => new[] { "cudaSetDevice(1)", call, "cudaSetDevice(0)" }).ToArray(), cuda.Calls);
    }

    [TestMethod]
    public void Call_OfTheThreadsOwnGpu_SetsNone()
    {
        var cuda = new CudaFunctions();

        Queues(cuda, gpu: 0).Wait(new GpuEvent(22));

        CollectionAssert.AreEqual(new[] { "cudaEventSynchronize(22)" }, cuda.Calls);
    }

    [TestMethod]
    public void Call_ThatFails_SaysWhichAndWhyAndPutsTheThreadsGpuBack()
    {
        var cuda = new CudaFunctions { Failing = "cudaEventRecord" };

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Queues(cuda).Record(new(22), GpuStream.Compute));

        Assert.StartsWith("cudaEventRecord failed with CUDA error 700: an illegal memory access was encountered.", error.Message);
        Assert.AreEqual("cudaSetDevice(0)", cuda.Calls[^1]);
    }

    [TestMethod]
    public void From_ALibraryThatLacksAFunction_IsNone()
    {
        var cuda = new CudaFunctions();

        Assert.IsNotNull(CudaRuntime.From(cuda.Find));
        foreach (var missing in cuda.Names)
            Assert.IsNull(CudaRuntime.From(name => name == missing ? 0 : cuda.Find(name)), missing);
    }

    [TestMethod]
    public void Of_ARuntimeThatKnowsTheGpuOrDoesNot_IsItsQueuesOrNone()
    {
        var (knows, doesNot) = (new CudaFunctions(), new CudaFunctions { Failing = "cudaDeviceGetAttribute" });

        Assert.IsNotNull(CudaQueues.Of(Gpu(1), knows.Runtime()));
        Assert.IsNull(CudaQueues.Of(Gpu(1), doesNot.Runtime()));
        Assert.IsNull(CudaQueues.Of(Gpu(1), runtime: null));
        CollectionAssert.AreEqual(knows.Calls, doesNot.Calls);
    }
}
