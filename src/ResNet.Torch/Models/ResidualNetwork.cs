using System.Globalization;
using ResNet.Torch.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch;

/// <summary>A residual network for image classification (He et al. 2015, arXiv:1512.03385): any row of <see cref="ResNetVariant"/>.</summary>
/// <remarks>
/// Seed for seed torchvision's rows are torchvision's: after <c>torch.manual_seed(s)</c> the weights and logits are those of
/// its function of the same name. Every row is built in torchvision's order: stem, then for each block its shortcut, its
/// convolutions and its gates, then the classifier; then <see cref="ResNetVariant.Initialization"/> over the layers in the order of
/// the state dictionary, which has torchvision's keys (a pre-activated network's last norm is <c>norm</c>). The owner disposes it; that frees its weights.
/// </remarks>
public sealed partial class ResidualNetwork : Module<Tensor, Tensor>
{
    static readonly Lock seeding = new();

    readonly Module<Tensor, Tensor> conv1;
    readonly BatchNorm2d bn1;
    readonly Sequential layer1;
    readonly Sequential layer2;
    readonly Sequential layer3;
    readonly Sequential? layer4;
    readonly BatchNorm2d? norm;
    readonly Linear fc;
    readonly Sequential[] stages;

    /// <summary>Builds a network with fresh weights, drawn from libtorch's global generator.</summary>
    /// <param name="variant">The row of the table.</param>
    /// <param name="classes">Number of classes, at least 1; the row's own (<see cref="ResNetVariant.Classes"/>) when null.</param>
    /// <param name="channels">Channels of the images, at least 1.</param>
    /// <param name="stem">The stem; the row's own (<see cref="ResNetVariant.Stem"/>) when null. <see cref="ResNetVariant.StemAt"/> chooses by the images.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> or <paramref name="channels"/> is below 1.</exception>
    /// <exception cref="ArgumentException">The row's switches contradict each other; the message names each fault.</exception>
    /// <exception cref="TorchRuntimeException">libtorch could not be loaded.</exception>
    public ResidualNetwork(ResNetVariant variant, int? classes = null, int channels = 3, Stem? stem = null)
        : base(TorchRuntime.Loaded(nameof(ResidualNetwork)))
    {
        ArgumentNullException.ThrowIfNull(variant);
        variant.RequireBuildable();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes ?? variant.Classes, 1, nameof(classes));
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        (Variant, Classes, Channels, Stem) = (variant, classes ?? variant.Classes, channels, stem ?? variant.Stem);

        using var scope = NewDisposeScope(); // each layer leaves the tensors that its parameters were made from
        var layers = new Layers(variant);
        conv1 = layers.StemConvolution(channels, Stem);
        bn1 = layers.Norm(variant.Width);
        layer1 = Stage(1, variant.Depths.Layer1);
        layer2 = Stage(2, variant.Depths.Layer2);
        layer3 = Stage(3, variant.Depths.Layer3);
        layer4 = variant.Depths.Layer4 == 0 ? null : Stage(4, variant.Depths.Layer4);
        norm = variant.Order == ActivationOrder.BeforeConvolution ? layers.Norm(variant.FeatureCount) : null;
        fc = Linear(variant.FeatureCount, Classes);
        stages = layer4 is null ? [layer1, layer2, layer3] : [layer1, layer2, layer3, layer4];
        RegisterComponents();
        Initialize();
        UseChannelsLast();
    }

    /// <summary>Builds a network with the weights of a seed: the same seed gives the same weights.</summary>
    /// <remarks>Seeds libtorch's global generator, as PyTorch's <c>manual_seed</c> does.</remarks>
    /// <inheritdoc cref="ResidualNetwork(ResNetVariant, int?, int, Stem?)"/>
    public static ResidualNetwork Seeded(long seed, ResNetVariant variant, int? classes = null, int channels = 3, Stem? stem = null)
    {
        TorchRuntime.Load();
        lock (seeding) // the generator is the process's own: no other network may draw from it between seed and weights
        {
            manual_seed(seed);
            return new ResidualNetwork(variant, classes, channels, stem);
        }
    }

    /// <summary>The row of the table that this network is.</summary>
    public ResNetVariant Variant { get; }

    /// <summary>Number of classes: the length of a row of logits.</summary>
    public int Classes { get; }

    /// <summary>Channels that the images must have.</summary>
    public int Channels { get; }

    /// <summary>The stem.</summary>
    public Stem Stem { get; }

    /// <summary>Computes the logits of a batch.</summary>
    /// <param name="input">float32 [N, <see cref="Channels"/>, H, W], normalised.</param>
    /// <returns>float32 [N, <see cref="Classes"/>]; the caller, or the scope it is in, disposes it.</returns>
    /// <exception cref="ArgumentException">The batch does not have four dimensions, or not the network's channels.</exception>
    public override Tensor forward(Tensor input)                      // N×channels×H×W
    {
        using var scope = NewDisposeScope();
        return Classify(PooledFeatures(input)).MoveToOuterDisposeScope();
    }

    /// <summary>What the classifier looks at, in the weights' type.</summary>
    internal Tensor PooledFeatures(Tensor images)                     // N×channels×H×W
    {
        RequireBatch(images);
        using var scope = NewDisposeScope();
        var x = StemOf(images);                                       // N×width×H/4×W/4, or ×H×W with the small stem
        foreach (var stage in stages)
            x = stage.call(x);                                        // the last: N×features×H/32×W/32
        if (norm is not null)
            x = norm.call(x).relu_();
        return functional.adaptive_avg_pool2d(x, 1).flatten(1).MoveToOuterDisposeScope();   // N×features
    }

    /// <summary>The classifier alone.</summary>
    internal Tensor Classify(Tensor features)                         // N×features
    {
        using var scope = NewDisposeScope();
        return fc.call(features.to(fc.weight.dtype)).to(ScalarType.Float32).MoveToOuterDisposeScope();   // N×classes
    }

    /// <summary>
    /// Whether a training run has the weights. Steps are then taken together that are modules of their own else: who trains the
    /// network in a loop of his own finds every module called, and its hooks.
    /// </summary>
    internal bool IsInRun
    {
        get;
        set
        {
            field = value;
            foreach (var block in modules().OfType<ResidualBlock>())
                block.IsInRun = value;
        }
    }

    /// <summary>How far from the images a module stands: 0 is the stem, then each block counts one, and the last is the classifier.</summary>
    internal int LayerOf(string module) => module.Split('.') switch
    {
        ["conv1" or "bn1", ..] => 0,
        [var stage, var block, ..] when stage.StartsWith("layer", StringComparison.Ordinal) =>
            Variant.Depths.Before(int.Parse(stage["layer".Length..], CultureInfo.InvariantCulture)) + int.Parse(block, CultureInfo.InvariantCulture) + 1,
        _ => Variant.Depths.Blocks + 1,
    };

    Tensor StemOf(Tensor images)
    {
        var x = bn1.call(conv1.call(images.to(WeightType))).relu_();
        return Stem == Stem.Standard ? functional.max_pool2d(x, 3, stride: 2, padding: Variant.HasStemPadding ? 1 : 0) : x;
    }

    /// <summary>A stage: its first block changes the shape. torchvision's rule of dilation: that block keeps the stage before's.</summary>
    Sequential Stage(int stage, int depth)
    {
        var width = Variant.Width << (stage - 1);
        var isDilated = stage > Variant.Depths.Stages - Variant.DilatedStages;
        var inputs = stage == 1 ? Variant.Width : Variant.StageChannels(stage - 1);
        return Sequential(Enumerable.Range(0, depth).Select(block => new ResidualBlock(Variant, block == 0
            ? new(inputs, width, stage == 1 || isDilated ? 1 : 2) { Dilation = DilationOf(stage - 1), DropRate = DropRate(stage, block), IsFirst = stage == 1 }
            : new(Variant.StageChannels(stage), width, 1) { Dilation = DilationOf(stage), DropRate = DropRate(stage, block) })));
    }

    int DilationOf(int stage) => 1 << Math.Max(0, stage - (Variant.Depths.Stages - Variant.DilatedStages));

    double DropRate(int stage, int block) => Variant.DropPathRate * (Variant.Depths.Before(stage) + block) / Math.Max(1, Variant.Depths.Blocks - 1);

    /// <summary>Draws the weights over again, in the order of registration, unless the layers' own are wanted.</summary>
    void Initialize()
    {
        using var noGrad = no_grad();
        foreach (var layer in Within(this))
        {
            if (Variant.Initialization == Initialization.KaimingNormal && layer is Conv2d convolution)
                init.kaiming_normal_(convolution.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
            if (Variant.Initialization == Initialization.XavierUniform && ((layer as Conv2d)?.weight ?? (layer as Linear)?.weight) is { } weight)
                init.xavier_uniform_(weight);
        }
        foreach (var block in modules().OfType<ResidualBlock>().Where(_ => Variant.StartsAsIdentity))
            block.StartAsIdentity();
    }

    /// <summary>The modules inside one, each before its own, as PyTorch's <c>modules()</c>; TorchSharp's lists all children first.</summary>
    static IEnumerable<Module> Within(Module parent) => parent.named_children().SelectMany(child => Within(child.module).Prepend(child.module));

    /// <summary>
    /// Lays the weights out as channels-last; with images that come as rows of pixels, every convolution then runs in
    /// that layout: 1.1 to 1.3 times as fast in training and 1.3 to 1.7 times in scoring (ResNet-18, AVX2).
    /// </summary>
    void UseChannelsLast()
    {
        foreach (var convolution in modules().OfType<Conv2d>())
        {
            convolution.weight = new Parameter(convolution.weight.detach().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        }
    }

    /// <summary>The type that convolutions compute in: float32, or bfloat16 while the network is trained in it.</summary>
    ScalarType WeightType => (conv1 as Conv2d ?? (Conv2d)((Sequential)conv1)[0]).weight.dtype;

    /// <summary>Where the weights are.</summary>
    internal Device Device => fc.weight.device;

    void RequireBatch(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] != Channels)
            throw new ArgumentException($"{Variant} expects a batch [N, {Channels}, H, W] (received [{string.Join(", ", images.shape)}]).", nameof(images));
    }
}
