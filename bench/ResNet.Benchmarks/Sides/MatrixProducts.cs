using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;
using static TorchSharp.torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>Products of square matrices: the most arithmetic that libtorch does here in a second.</summary>
sealed class MatrixProducts : ISide
{
    const int Side = 2048;

    readonly Tensor a, b;

    public MatrixProducts(ScalarType type)
    {
        TorchRuntime.Load();
        using var scope = NewDisposeScope();
        (a, b) = (randn(Side, Side).to(type).DetachFromDisposeScope(), randn(Side, Side).to(type).DetachFromDisposeScope());
    }

    /// <param name="images">Products.</param>
    public Measurement Round(int images)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < images; i++)
            a.matmul(b).Dispose();
        return new(2e-9 * Side * Side * Side * images, clock.Elapsed.TotalSeconds);
    }

    public void Dispose()
    {
        a.Dispose();
        b.Dispose();
    }
}
