using ResNet.Torch.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Tests.Models;

/// <summary>The norm and ReLU in one step beside libtorch's own operations and their gradients, computed in float64.</summary>
[TestClass]
public class NormReluTests
{
    /// <summary>The result, the gradients of x, weight, bias and what was added, and the norm's statistics.</summary>
    static Tensor[] Run(ScalarType type, bool adds, Func<BatchNorm2d, Tensor, Tensor?, Tensor> step, long channels, long[] size)
    {
        manual_seed(3);
        var (values, other, gradient) = (randn(size).mul(3).add(20), randn(size), randn(size));
        using var norm = BatchNorm2d(channels);
        norm.num_batches_tracked = null;
        norm.weight = new Parameter(linspace(-1, 2, channels));
        norm.bias = new Parameter(linspace(0.5, -0.5, channels));
        if (type == ScalarType.Float64)
            norm.to(ScalarType.Float64);
        var x = Leaf(values);
        var around = adds ? Leaf(other) : null;

        var result = step(norm, x, around);
        result.backward([ChannelsLast(gradient.to(ScalarType.BFloat16).to(type))]);

        return [result, x.grad!, norm.weight!.grad!, norm.bias!.grad!, norm.running_mean!, norm.running_var!, .. adds ? new[] { around!.grad! } : []];

        Tensor Leaf(Tensor x) => ChannelsLast(x.to(ScalarType.BFloat16).to(type)).requires_grad_();
    }

    static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).detach();

    static Tensor Plain(BatchNorm2d norm, Tensor x, Tensor? around)
    {
        var y = norm.call(x);
        return (around is null ? y : y.add(around)).relu();
    }

    [TestMethod]
    [DataRow(64, 3, 7, 5, false)]
    [DataRow(64, 3, 7, 5, true)]
    [DataRow(16, 2, 4, 4, false)] // several pixels are a row
    [DataRow(16, 2, 4, 4, true)]
    [DataRow(512, 9, 1, 1, true)]
    [DataRow(32, 40, 16, 16, false)] // more rows than a block
    public void Of_AnySize_IsLibtorchsNormAndRelu(int channels, int images, int height, int width, bool adds)
    {
        using var scope = NewDisposeScope();
        long[] size = [images, channels, height, width];
        var expected = Run(ScalarType.Float64, adds, Plain, channels, size);
        foreach (var (type, tolerance) in new[] { (ScalarType.Float32, 2e-5), (ScalarType.BFloat16, 6e-3) })
        {
            var actual = Run(type, adds, (norm, x, around) => NormRelu.Fits(norm, x) ? NormRelu.Of(norm, x, around) : throw new AssertFailedException("does not fit"), channels, size);

            Assert.HasCount(expected.Length, actual);
            for (var i = 0; i < expected.Length; i++)
            {
                CollectionAssert.AreEqual(expected[i].shape, actual[i].shape);
                var difference = actual[i].to(ScalarType.Float64).sub(expected[i]).norm().div(expected[i].norm()).item<double>();
                Assert.IsLessThan(tolerance, difference, $"{type}, figure {i}");
            }
        }
    }

    [TestMethod]
    public void Of_TwoBatchesBeforeTheirBackwardPass_KeepsThemApart()
    {
        using var scope = NewDisposeScope();
        using var norm = BatchNorm2d(32);
        norm.num_batches_tracked = null;
        var (one, two) = (ChannelsLast(randn(2, 32, 3, 3)).requires_grad_(), ChannelsLast(randn(2, 32, 3, 3)).requires_grad_());
        var weight = ChannelsLast(randn(2, 32, 3, 3));

        (NormRelu.Of(norm, one).mul(weight).sum() + NormRelu.Of(norm, two).mul(weight).sum()).backward();

        foreach (var x in new[] { one, two })
        {
            var apart = x.detach().clone().requires_grad_();
            Plain(norm, apart, null).mul(weight).sum().backward();
            Assert.IsLessThan(1e-5f, apart.grad!.sub(x.grad!).abs().max().item<float>());
        }
    }

    [TestMethod]
    public void Of_WithAndWithoutABackwardPass_LeavesNoTensors()
    {
        using var norm = BatchNorm2d(32);
        norm.num_batches_tracked = null;

        var left = NativeTensors.LeftBy(
            () =>
            {
                for (var i = 0; i < 3; i++)
                {
                    using var scope = NewDisposeScope();
                    var x = ChannelsLast(randn(2, 32, 3, 3)).requires_grad_();
                    var y = NormRelu.Of(norm, x, x);
                    if (i > 0)
                        y.sum().backward();
                    norm.weight!.grad = null;
                    norm.bias!.grad = null;
                }
            },
            networks: 0);

        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Of_NotANumber_Stays()
    {
        using var scope = NewDisposeScope();
        using var norm = BatchNorm2d(32);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var x = ChannelsLast(randn(2, 32, 2, 2).to(type));
            x.select(0, 0).select(0, 5).fill_(float.NaN);

            var y = NormRelu.Of(norm, x);

            Assert.AreEqual(8, y.isnan().sum().item<long>()); // its channel, in all images
            Assert.AreEqual(8, y.select(1, 5).isnan().sum().item<long>());
        }
    }

    [TestMethod]
    public void Fits_OtherInput_IsFalse()
    {
        using var scope = NewDisposeScope();
        using var norm = BatchNorm2d(32);

        Assert.IsTrue(NormRelu.Fits(norm, ChannelsLast(zeros(2, 32, 4, 4))));
        Assert.IsFalse(NormRelu.Fits(norm, zeros(2, 32, 4, 4)));                                   // NCHW
        Assert.IsFalse(NormRelu.Fits(norm, ChannelsLast(zeros(2, 32, 4, 4, dtype: ScalarType.Float64))));
        using var odd = BatchNorm2d(24);
        Assert.IsFalse(NormRelu.Fits(odd, ChannelsLast(zeros(2, 24, 4, 4))));
        norm.eval();
        Assert.IsFalse(NormRelu.Fits(norm, ChannelsLast(zeros(2, 32, 4, 4))));
    }
}
