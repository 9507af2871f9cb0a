using ResNet.Torch.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Models;

/// <summary>What a step of a <see cref="NetworkGraph"/> computes.</summary>
internal abstract record Operation
{
    /// <summary>Pixels along a side of what the step gives, from those of what it takes.</summary>
    public virtual long SideAfter(long side) => side;

    /// <summary>Nothing: the images as they come.</summary>
    public sealed record Images : Operation;

    /// <summary>A convolution of equal sides; a bias is there or not.</summary>
    public sealed record Convolution(Tensor Weight, Tensor? Bias, long Stride, long Padding, long Dilation, long Groups) : Operation
    {
        public Convolution(Conv2d layer)
            : this(Float(layer.weight), layer.bias is null ? null : Float(layer.bias), layer.stride![0], layer.padding![0], layer.dilation![0], layer.groups)
        {
        }

        /// <summary>The convolution that gives what the norm makes of this one's output.</summary>
        public Convolution Folded(Norm norm)
        {
            using var scope = NewDisposeScope();
            var scale = norm.Weight.to(ScalarType.Float64) / norm.Variance.to(ScalarType.Float64).add(Number.Of(norm.Epsilon)).sqrt();
            var shift = (Bias is null ? -norm.Mean : Bias - norm.Mean).to(ScalarType.Float64) * scale + norm.Bias;
            return this with
            {
                Weight = (Weight * Float(scale).view(-1, 1, 1, 1)).MoveToOuterDisposeScope(),
                Bias = Float(shift).MoveToOuterDisposeScope(),
            };
        }

        public override long SideAfter(long side) => (side + 2 * Padding - Dilation * (Weight.shape[2] - 1) - 1) / Stride + 1;
    }

    /// <summary>A batch norm by the averages that training left: (x − mean) / √(variance + ε) · weight + bias.</summary>
    public sealed record Norm(Tensor Weight, Tensor Bias, Tensor Mean, Tensor Variance, double Epsilon) : Operation
    {
        public Norm(BatchNorm2d layer)
            : this(Float(layer.weight!), Float(layer.bias!), Float(layer.running_mean!), Float(layer.running_var!), layer.eps)
        {
        }
    }

    /// <summary>A fully connected layer; its weight is [outputs, inputs].</summary>
    public sealed record Linear(Tensor Weight, Tensor Bias) : Operation
    {
        public Linear(TorchSharp.Modules.Linear layer) : this(Float(layer.weight!), Float(layer.bias!))
        {
        }
    }

    /// <summary>The largest of each window, of size × size pixels.</summary>
    public sealed record MaxPool(long Size, long Stride, long Padding) : Operation
    {
        public override long SideAfter(long side) => (side + 2 * Padding - Size) / Stride + 1;
    }

    /// <summary>The mean of each window; windows lie side by side, and one that hangs over the edge averages the pixels it has.</summary>
    public sealed record AveragePool(long Size) : Operation
    {
        public override long SideAfter(long side) => (side + Size - 1) / Size;
    }

    /// <summary>The mean of each channel: N×C×1×1.</summary>
    public sealed record GlobalAverage : Operation;

    /// <summary>N×C×H×W as N×(C·H·W).</summary>
    public sealed record Flatten : Operation;

    /// <summary>Every stride-th pixel, between channels of zeros.</summary>
    public sealed record PaddedIdentity(long Stride, long Before, long After) : Operation
    {
        public override long SideAfter(long side) => (side + Stride - 1) / Stride;
    }

    /// <summary>N×C with each image's sum at 1.</summary>
    public sealed record Softmax : Operation;

    /// <summary>What belongs to the only image of a batch: 1×C×… as C×….</summary>
    public sealed record OnlyImage : Operation;

    public sealed record Relu : Operation;

    public sealed record Sigmoid : Operation;

    public sealed record Add : Operation;

    public sealed record Multiply : Operation;

    // Weights are bfloat16 while a network trains in it.
    static Tensor Float(Tensor tensor) => tensor.detach().to(ScalarType.Float32);
}
