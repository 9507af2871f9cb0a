using ResNet.Torch.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Tests.Models;

/// <summary>Convolutions of few pixels beside libtorch's own.</summary>
[TestClass]
public class FewPixelsTests
{
    [TestMethod]
    [DataRow(3, 1, 1, 1, 1, true)]  // kernel, stride, padding, height, width, bias
    [DataRow(3, 1, 1, 2, 2, false)]
    [DataRow(3, 2, 1, 4, 4, true)]
    [DataRow(3, 2, 1, 3, 2, false)]
    [DataRow(3, 2, 1, 2, 2, true)]
    [DataRow(1, 2, 0, 2, 2, false)]
    [DataRow(1, 1, 0, 1, 3, true)]
    [DataRow(3, 2, 0, 5, 5, false)]
    [DataRow(3, 2, 1, 4, 1, true)]
    [DataRow(3, 1, 1, 1, 4, false)]
    [DataRow(1, 4, 0, 4, 4, true)]  // nothing of the image but its first pixel
    [DataRow(5, 1, 2, 1, 2, true)]  // most of the kernel lies outside
    public void Convolve_FewPixels_IsTheConvolution(int kernel, int stride, int padding, int height, int width, bool hasBias)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var convolution = Conv2d(8, 6, kernel_size: kernel, stride: stride, padding: padding, bias: hasBias);
        var (theirs, ours) = (rand(5, 8, height, width).requires_grad_(), zeros(5, 8, height, width).requires_grad_());
        using (no_grad())
            ours.copy_(theirs);

        Assert.IsTrue(FewPixels.Are(convolution, ours));
        var expected = convolution.call(theirs);
        var weighting = randn(expected.shape);
        expected.mul(weighting).sum().backward();
        var (weight, bias) = (convolution.weight.grad!.clone(), convolution.bias?.grad!.clone());
        convolution.zero_grad();
        var actual = FewPixels.Convolve(convolution, ours);
        actual.mul(weighting).sum().backward();

        CollectionAssert.AreEqual(expected.shape, actual.shape);
        AssertClose(expected, actual);
        AssertClose(theirs.grad!, ours.grad!);
        AssertClose(weight, convolution.weight.grad!);
        if (bias is not null)
            AssertClose(bias, convolution.bias!.grad!);

        static void AssertClose(Tensor expected, Tensor actual) => Assert.IsLessThan(1e-5f, expected.sub(actual).abs().max().item<float>());
    }

    [TestMethod]
    public void Are_ManyPixelsGroupsOrDilation_IsFalse()
    {
        using var scope = NewDisposeScope();
        using var plain = Conv2d(8, 8, kernel_size: 3, padding: 1);
        using var grouped = Conv2d(8, 8, kernel_size: 3, padding: 1, groups: 2);
        using var dilated = Conv2d(8, 8, kernel_size: 3, padding: 2, dilation: 2);

        Assert.IsTrue(FewPixels.Are(plain, zeros(2, 8, 2, 2)));
        Assert.IsFalse(FewPixels.Are(plain, zeros(2, 8, 3, 2)));
        Assert.IsFalse(FewPixels.Are(grouped, zeros(2, 8, 2, 2)));
        Assert.IsFalse(FewPixels.Are(dilated, zeros(2, 8, 2, 2)));
    }
}
