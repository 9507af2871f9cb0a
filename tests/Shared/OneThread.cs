using TorchSharp;

namespace ResNet.Torch.Tests;

[TestClass]
public static class OneThread
{
    /// <summary>
    /// The test programs run side by side: libtorch's threads would wait for one another. They score in float32, which other runtimes' figures are
    /// compared with; tests of bfloat16 ask for it.
    /// </summary>
    [AssemblyInitialize]
    public static void Use(TestContext _)
    {
        TorchRuntime.Load();
        torch.set_num_threads(1);
        Environment.SetEnvironmentVariable(ImageClassifier.PrecisionVariable, nameof(ScoringPrecision.Float32));
    }
}
