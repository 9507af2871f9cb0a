using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Models;

/// <summary>The layers that a row's stem and blocks are made of.</summary>
internal readonly struct Layers(ResNetVariant variant)
{
    public Conv2d Conv1x1(int inputs, int outputs, int stride = 1) =>
        Conv2d(inputs, outputs, kernel_size: 1, stride: stride, bias: variant.HasConvolutionBias);

    public Conv2d Conv3x3(int inputs, int outputs, int stride = 1, int groups = 1, int dilation = 1) =>
        Conv2d(inputs, outputs, kernel_size: 3, stride: stride, padding: dilation, dilation: dilation, groups: groups, bias: variant.HasConvolutionBias);

    public BatchNorm2d Norm(int channels) => BatchNorm2d(channels, eps: variant.NormEpsilon);

    /// <summary>The stem's convolution, or its three (ResNet-C, arXiv:1812.01187, figure 2b) under the names 0, 3 and 6.</summary>
    public Module<Tensor, Tensor> StemConvolution(int channels, Stem stem)
    {
        var (width, stride) = (variant.Width, stem == Stem.Standard ? 2 : 1);
        if (variant.HasDeepStem)
        {
            return Sequential(
                Conv3x3(channels, width / 2, stride), Norm(width / 2), ReLU(inplace: true),
                Conv3x3(width / 2, width / 2), Norm(width / 2), ReLU(inplace: true),
                Conv3x3(width / 2, width));
        }
        return stem == Stem.Standard
            ? Conv2d(channels, width, kernel_size: 7, stride: 2, padding: variant.HasStemPadding ? 3 : 0, bias: variant.HasConvolutionBias)
            : Conv3x3(channels, width);
    }

    /// <summary>What goes round a block; null where that is the input itself, or nothing.</summary>
    public Module<Tensor, Tensor>? Shortcut(int inputs, int outputs, int stride)
    {
        if (stride == 1 && inputs == outputs)
            return null;
        return variant.Shortcut switch
        {
            ShortcutKind.Projection => Sequential(Conv1x1(inputs, outputs, stride), Norm(outputs)),
            ShortcutKind.Convolution => Sequential(Conv1x1(inputs, outputs, stride)),
            ShortcutKind.PooledProjection => Sequential(Pool(stride), Conv1x1(inputs, outputs), Norm(outputs)),
            ShortcutKind.PaddedIdentity => new PaddedIdentity(inputs, outputs, stride),
            _ => null,
        };
    }

    // Odd sizes keep their last row and column, as the strided convolution beside it does.
    static Module<Tensor, Tensor> Pool(int stride) =>
        stride == 1 ? Identity() : AvgPool2d(stride, stride, ceil_mode: true, count_include_pad: false);

    /// <summary>The channels' gates, or null in a network without them.</summary>
    public SqueezeExcitation? Gates(int channels) =>
        variant.SqueezeReduction == 0 ? null : new SqueezeExcitation(channels, channels / variant.SqueezeReduction);
}

/// <summary>Every stride-th pixel, between channels of zeros: option A of He et al. 2015, §4.1. It has no parameters.</summary>
internal sealed class PaddedIdentity(int inputs, int outputs, int stride) : Module<Tensor, Tensor>(nameof(PaddedIdentity)), ICompositeLayer
{
    public int Stride => stride;

    /// <summary>Channels of zeros before the input's own.</summary>
    public long Before { get; } = (outputs - inputs) / 2;

    /// <summary>Channels of zeros after them.</summary>
    public long After { get; } = (outputs - inputs + 1) / 2;

    public override Tensor forward(Tensor input)                           // N×in×H×W
    {
        using var scope = NewDisposeScope();
        var x = input[.., .., TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
        return functional.pad(x, [0, 0, 0, 0, Before, After]).MoveToOuterDisposeScope();   // N×out×H/stride×W/stride
    }

    public GraphStep Describe(GraphStep input, string name) => input.Then(name, new Operation.PaddedIdentity(stride, Before, After));
}

/// <summary>A gate between 0 and 1 for each channel, from all channels' means (Hu et al. 2017, arXiv:1709.01507); timm's names.</summary>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>, ICompositeLayer
{
    readonly Conv2d fc1;
    readonly Conv2d fc2;

    public SqueezeExcitation(int channels, int squeezed) : base(nameof(SqueezeExcitation))
    {
        fc1 = Conv2d(channels, squeezed, kernel_size: 1);
        fc2 = Conv2d(squeezed, channels, kernel_size: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)                           // N×C×H×W
    {
        using var scope = NewDisposeScope();
        var gates = fc2.call(fc1.call(functional.adaptive_avg_pool2d(input, 1)).relu_()).sigmoid();   // N×C×1×1
        return input.mul(gates).MoveToOuterDisposeScope();
    }

    public GraphStep Describe(GraphStep input, string name)
    {
        var gates = input.Then($"{name}.avgpool", new Operation.GlobalAverage())
            .Then($"{name}.fc1", fc1).Relu($"{name}.relu")
            .Then($"{name}.fc2", fc2).Then($"{name}.sigmoid", new Operation.Sigmoid());
        return input.Then(name, new Operation.Multiply(), gates);
    }
}
