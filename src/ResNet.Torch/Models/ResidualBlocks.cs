using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Models;

// Fields carry torchvision's names, because they are the keys of weight files. Their order is torchvision's order of
// registration, and the order of construction is torchvision's too: the generator gives each layer the same numbers.

/// <summary>3×3, 3×3, and the shortcut around both (He et al. 2015, figure 5, left).</summary>
internal sealed class BasicBlock : Module<Tensor, Tensor>
{
    readonly Conv2d conv1;
    readonly BatchNorm2d bn1;
    readonly Conv2d conv2;
    readonly BatchNorm2d bn2;
    readonly Sequential? downsample;

    public BasicBlock(int inputs, int outputs, int stride, Sequential? downsample) : base(nameof(BasicBlock))
    {
        conv1 = Layers.Conv3x3(inputs, outputs, stride);
        bn1 = BatchNorm2d(outputs);
        conv2 = Layers.Conv3x3(outputs, outputs);
        bn2 = BatchNorm2d(outputs);
        this.downsample = downsample;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)                           // N×in×H×W
    {
        using var scope = NewDisposeScope();
        var x = bn1.call(conv1.call(input)).relu_();                       // N×out×H/stride×W/stride
        x = bn2.call(conv2.call(x));
        x.add_(downsample is null ? input : downsample.call(input));
        return x.relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>
/// 1×1, 3×3, 1×1, and the shortcut around them (He et al. 2015, figure 5, right). The stride is in the 3×3 convolution,
/// as in torchvision ("v1.5"), not in the first 1×1 as in the paper.
/// </summary>
internal sealed class Bottleneck : Module<Tensor, Tensor>
{
    readonly Conv2d conv1;
    readonly BatchNorm2d bn1;
    readonly Conv2d conv2;
    readonly BatchNorm2d bn2;
    readonly Conv2d conv3;
    readonly BatchNorm2d bn3;
    readonly Sequential? downsample;

    public Bottleneck(int inputs, int width, int outputs, int stride, int groups, Sequential? downsample) : base(nameof(Bottleneck))
    {
        conv1 = Layers.Conv1x1(inputs, width);
        bn1 = BatchNorm2d(width);
        conv2 = Layers.Conv3x3(width, width, stride, groups);
        bn2 = BatchNorm2d(width);
        conv3 = Layers.Conv1x1(width, outputs);
        bn3 = BatchNorm2d(outputs);
        this.downsample = downsample;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)                           // N×in×H×W
    {
        using var scope = NewDisposeScope();
        var x = bn1.call(conv1.call(input)).relu_();                       // N×width×H×W
        x = bn2.call(conv2.call(x)).relu_();                               // N×width×H/stride×W/stride
        x = bn3.call(conv3.call(x));                                       // N×out×H/stride×W/stride
        x.add_(downsample is null ? input : downsample.call(input));
        return x.relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>The convolutions that blocks are made of: no bias, since a batch norm follows each.</summary>
internal static class Layers
{
    public static Conv2d Conv1x1(int inputs, int outputs, int stride = 1) =>
        Conv2d(inputs, outputs, kernel_size: 1, stride: stride, bias: false);

    public static Conv2d Conv3x3(int inputs, int outputs, int stride = 1, int groups = 1) =>
        Conv2d(inputs, outputs, kernel_size: 3, stride: stride, padding: 1, groups: groups, bias: false);
}
