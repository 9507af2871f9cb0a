using TorchSharp;

namespace ResNet.Torch.Tests;

[TestClass]
public static class OneThread
{
    /// <summary>The test programs run side by side: libtorch's threads would wait for one another.</summary>
    [AssemblyInitialize]
    public static void Use(TestContext _)
    {
        TorchRuntime.Load();
        torch.set_num_threads(1);
    }
}
