using ResNet.Torch.Tests.Runtime.Gpu;
using ResNet.Torch.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class PrecisionTests
{
    static readonly Device gpu = new(DeviceType.CUDA, 1);

    /// <summary>NVIDIA's table of compute capabilities: bfloat16 from 8.0 on (Ampere); 7.5 is Turing.</summary>
    [TestMethod]
    [DataRow(6, false)]
    [DataRow(7, false)]
    [DataRow(8, true)]
    [DataRow(9, true)]
    [DataRow(12, true)]
    public void HasFastBFloat16_OfAGpu_GoesByItsComputeCapability(int capability, bool isFast)
    {
        var cuda = new CudaFunctions { Capability = capability };

        Assert.AreEqual(isFast, Precision.HasFastBFloat16(gpu, cuda.Runtime()));
        CollectionAssert.AreEqual(new[] { "cudaDeviceGetAttribute(75, 1)" }, cuda.Calls); // cudaDevAttrComputeCapabilityMajor
    }

    [TestMethod]
    public void HasFastBFloat16_OfAGpuThatCannotBeAsked_IsAssumed()
    {
        Assert.IsTrue(Precision.HasFastBFloat16(gpu, runtime: null));

        var failing = new CudaFunctions { Capability = 7, Failing = "cudaDeviceGetAttribute" };
        Assert.IsTrue(Precision.HasFastBFloat16(gpu, failing.Runtime()));
        Assert.HasCount(1, failing.Calls);
    }
}
