using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests;

/// <summary>Counts native tensors that work left behind.</summary>
static class NativeTensors
{
    const int ParametersOfResNet18 = 62;

    /// <summary>Tensors alive after <paramref name="work"/> and not before it.</summary>
    /// <param name="work">What is watched.</param>
    /// <param name="networks">Networks that the work builds, each a ResNet-18.</param>
    /// <param name="trainings">How many of them it trains, which gives each parameter a new object twice.</param>
    /// <remarks>
    /// TorchSharp counts a tensor whose handle a Parameter takes over for ever, though nothing native stays: so a network
    /// that was built and disposed weighs something in its count, which is taken off.
    /// </remarks>
    public static long LeftBy(Action work, int networks, int trainings = 0)
    {
        var perNetwork = networks == 0 ? 0 : Change(() => new ResidualNetwork(ResNetVariant.ResNet18, classes: 2).Dispose());
        var perParameter = Change(() => new Parameter(zeros(1)).Dispose());
        return Change(work) - networks * perNetwork - 2 * trainings * ParametersOfResNet18 * perParameter;
    }

    static long Change(Action work)
    {
        // What earlier work left to the garbage collector must not go while this is counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        work();
        return Tensor.TotalCount - before;
    }
}
