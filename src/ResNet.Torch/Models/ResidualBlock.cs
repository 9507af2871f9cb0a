using ResNet.Torch.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Models;

/// <summary>What one block is built from, beside what all blocks of its network share.</summary>
/// <param name="Inputs">Channels that come in.</param>
/// <param name="Width">The stage's width.</param>
/// <param name="Stride">Stride of the whole block.</param>
internal readonly record struct BlockShape(int Inputs, int Width, int Stride)
{
    /// <summary>Dilation of the 3×3 convolutions; both of a basic block's.</summary>
    public int Dilation { get; init; } = 1;

    /// <summary>Probability that training leaves the block out for an image.</summary>
    public double DropRate { get; init; }

    /// <summary>True of the network's first block, whose input the stem has normalised and activated already.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>
/// The residual block (He et al. 2015, figure 5): two convolutions or three, and the shortcut around them. Activation
/// comes after each convolution or before it (He et al. 2016, figure 1, a and e).
/// </summary>
/// <remarks>
/// Fields carry torchvision's names, because they are the keys of weight files. Their order is torchvision's order of
/// registration. The order of construction is torchvision's too, shortcut first and then the convolutions: the generator
/// gives each layer the same numbers.
/// </remarks>
internal sealed class ResidualBlock : Module<Tensor, Tensor>, ICompositeLayer
{
    readonly Conv2d conv1;
    readonly BatchNorm2d? bn1;
    readonly Conv2d conv2;
    readonly BatchNorm2d bn2;
    readonly Conv2d? conv3;
    readonly BatchNorm2d? bn3;
    readonly SqueezeExcitation? se;
    readonly Module<Tensor, Tensor>? downsample;
    readonly ResNetVariant variant;

    public ResidualBlock(ResNetVariant variant, BlockShape shape) : base(nameof(ResidualBlock))
    {
        (this.variant, DropRate) = (variant, shape.DropRate);
        var layers = new Layers(variant);
        var (inputs, width, stride) = shape;
        var outputs = width * variant.Expansion;

        downsample = layers.Shortcut(inputs, outputs, stride);
        if (variant.Block == BlockKind.Basic)
        {
            conv1 = layers.Conv3x3(inputs, outputs, stride, dilation: shape.Dilation);
            conv2 = layers.Conv3x3(outputs, outputs, dilation: shape.Dilation);
        }
        else
        {
            var inner = width * variant.WidthPerGroup / 64 * variant.Groups;
            var (stride1, stride2) = variant.StridesIn1x1 ? (stride, 1) : (1, stride);
            conv1 = layers.Conv1x1(inputs, inner, stride1);
            conv2 = layers.Conv3x3(inner, inner, stride2, variant.Groups, shape.Dilation);
            conv3 = layers.Conv1x1(inner, outputs);
        }
        se = layers.Gates(outputs);

        // A norm has the channels of what it normalises: a convolution's input, or its output.
        BatchNorm2d Norm(Conv2d convolution) => layers.Norm((int)(IsPreActivated ? convolution.in_channels : convolution.out_channels));
        bn1 = IsPreActivated && shape.IsFirst ? null : Norm(conv1);
        bn2 = Norm(conv2);
        bn3 = conv3 is null ? null : Norm(conv3);
        RegisterComponents();
    }

    /// <summary>Probability that training leaves the block out for an image.</summary>
    public double DropRate { get; }

    /// <summary>As <see cref="ResidualNetwork.IsInRun"/>.</summary>
    public bool IsInRun { get; set; }

    bool IsPreActivated => variant.Order == ActivationOrder.BeforeConvolution;

    public override Tensor forward(Tensor input)                           // N×in×H×W
    {
        using var scope = NewDisposeScope();
        var output = IsPreActivated ? PreActivated(input) : PostActivated(input);
        return output.MoveToOuterDisposeScope();                           // N×out×H/stride×W/stride
    }

    Tensor Convolve(Conv2d convolution, Tensor x) =>
        !IsInRun ? convolution.call(x)
        : FewPixels.Are(convolution, x) ? FewPixels.Convolve(convolution, x)
        : functional.conv2d(x, convolution.weight, convolution.bias, Strides(convolution, x), convolution.padding, convolution.dilation, convolution.groups); // the module asks for the shape four times, an array each

    /// <summary>
    /// Images one pixel wide have one column of results at any stride. At 2, oneDNN's bfloat16 gradient of the weights is another from run to run, and may be NaN or 1e14
    /// (libtorch 2.10, AVX512-BF16; float32 and other strides are right).
    /// </summary>
    static long[] Strides(Conv2d convolution, Tensor x) => x.size(3) == 1 ? [convolution.stride[0], 1] : convolution.stride;

    static Tensor Activate(BatchNorm2d norm, Tensor x) => norm.call(x).relu_();

    Tensor PostActivated(Tensor input)
    {
        var x = Activate(bn1!, Convolve(conv1, input));
        x = bn2.call(Convolve(conv2, x));
        if (conv3 is not null)
            x = bn3!.call(Convolve(conv3, x.relu_()));
        if (variant.ActivatesBeforeAddition)
            x.relu_();
        return AddShortcut(x, input, input).relu_();
    }

    Tensor PreActivated(Tensor input)
    {
        var active = bn1 is null ? input : Activate(bn1, input);
        var x = Convolve(conv1, active);
        x = Convolve(conv2, Activate(bn2, x));
        if (conv3 is not null)
            x = Convolve(conv3, Activate(bn3!, x));
        return AddShortcut(x, input, active);
    }

    /// <summary>Adds what goes round the block: the identity itself, or what the shortcut makes of the projected input.</summary>
    Tensor AddShortcut(Tensor x, Tensor identity, Tensor projected)
    {
        if (variant.Shortcut == ShortcutKind.None)
            return x;
        if (se is not null)
            x = se.call(x);
        if (training && DropRate > 0)
            x = DropImages(x);
        var around = downsample is null ? identity : Shortcut(downsample, projected);
        return variant.ActivatesBeforeAddition ? x.add(around) : x.add_(around); // a ReLU's gradient needs its result as it was
    }

    Tensor Shortcut(Module<Tensor, Tensor> shortcut, Tensor x)
    {
        if (!IsInRun || shortcut is not Sequential layers)
            return shortcut.call(x);
        for (var i = 0; i < layers.Count; i++)
            x = layers[i] is Conv2d convolution ? Convolve(convolution, x) : ((Module<Tensor, Tensor>)layers[i]).call(x);
        return x;
    }

    /// <summary>Zero for a share of the images, the rest scaled up by as much: the expected value stays (arXiv:1603.09382).</summary>
    Tensor DropImages(Tensor x)
    {
        var keep = 1 - DropRate;
        return x * empty(x.shape[0], 1, 1, 1, dtype: x.dtype, device: x.device).bernoulli_(keep).div_(Number.Of(keep));
    }

    public GraphStep Describe(GraphStep input, string name) => IsPreActivated ? DescribePreActivated(input, name) : DescribePostActivated(input, name);

    GraphStep DescribePostActivated(GraphStep input, string name)
    {
        var x = input.Then($"{name}.conv1", conv1).Then($"{name}.bn1", bn1!).Relu($"{name}.relu1");
        x = x.Then($"{name}.conv2", conv2).Then($"{name}.bn2", bn2);
        if (conv3 is not null)
            x = x.Relu($"{name}.relu2").Then($"{name}.conv3", conv3).Then($"{name}.bn3", bn3!);
        if (variant.ActivatesBeforeAddition)
            x = x.Relu($"{name}.relu3");
        return DescribeShortcut(x, input, input, name).Relu($"{name}.relu");
    }

    GraphStep DescribePreActivated(GraphStep input, string name)
    {
        var active = bn1 is null ? input : input.Then($"{name}.bn1", bn1).Relu($"{name}.relu1");
        var x = active.Then($"{name}.conv1", conv1).Then($"{name}.bn2", bn2).Relu($"{name}.relu2").Then($"{name}.conv2", conv2);
        if (conv3 is not null)
            x = x.Then($"{name}.bn3", bn3!).Relu($"{name}.relu3").Then($"{name}.conv3", conv3);
        return DescribeShortcut(x, input, active, name);
    }

    GraphStep DescribeShortcut(GraphStep x, GraphStep identity, GraphStep projected, string name)
    {
        if (variant.Shortcut == ShortcutKind.None)
            return x;
        if (se is not null)
            x = x.Then($"{name}.se", se);
        var around = downsample is null ? identity : projected.Then($"{name}.downsample", downsample);
        return x.Then($"{name}.add", new Operation.Add(), around);
    }

    /// <summary>Makes a fresh block the identity: its last norm is zero, or its last convolution where no norm comes after it.</summary>
    public void StartAsIdentity()
    {
        var last = IsPreActivated ? (conv3 ?? conv2).weight : (bn3 ?? bn2).weight;
        init.zeros_(last);
    }
}
