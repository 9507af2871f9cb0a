using ResNet.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime;

[TestClass]
public class NumberTests
{
    [TestMethod]
    public void Of_WhileGarbageIsCollected_IsStillTheNumber()
    {
        WeakReference<Scalar> number = null!;
        void Make() => number = new(Number.Of(0.25));
        Make();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.IsTrue(number.TryGetTarget(out var kept), "What the native side may still read must not be freed.");
        using var four = full(1, 4.0f).mul_(kept);
        Assert.AreEqual(1f, four.item<float>());
    }
}
