namespace ResNet.Torch;

/// <content>
/// He et al. 2016, "Identity mappings" (arXiv:1603.05027): norm and ReLU before each convolution, nothing after the addition. The
/// first activation comes right after the stem's convolution, shortcuts are bare 1×1 convolutions of the activated input, and a
/// last norm stands before the pooling.
/// </content>
public sealed partial record ResNetVariant
{
    /// <summary>18 layers, 11.7 million parameters.</summary>
    public static ResNetVariant PreActResNet18 { get; } = PreActivated("preact_resnet18", BlockKind.Basic, new(2, 2, 2, 2), 11_687_720);

    /// <summary>34 layers, 21.8 million parameters.</summary>
    public static ResNetVariant PreActResNet34 { get; } = PreActivated("preact_resnet34", BlockKind.Basic, new(3, 4, 6, 3), 21_795_880);

    /// <summary>50 layers, 25.5 million parameters.</summary>
    public static ResNetVariant PreActResNet50 { get; } = PreActivated("preact_resnet50", BlockKind.Bottleneck, new(3, 4, 6, 3), 25_549_352);

    /// <summary>101 layers, 44.5 million parameters.</summary>
    public static ResNetVariant PreActResNet101 { get; } = PreActivated("preact_resnet101", BlockKind.Bottleneck, new(3, 4, 23, 3), 44_541_480);

    /// <summary>152 layers, 60.2 million parameters.</summary>
    public static ResNetVariant PreActResNet152 { get; } = PreActivated("preact_resnet152", BlockKind.Bottleneck, new(3, 8, 36, 3), 60_185_128);

    /// <summary>200 layers, 64.7 million parameters.</summary>
    public static ResNetVariant PreActResNet200 { get; } = PreActivated("preact_resnet200", BlockKind.Bottleneck, new(3, 24, 36, 3), 64_666_152);

    /// <summary>110 layers for CIFAR, 1.7 million parameters.</summary>
    public static ResNetVariant PreActResNet110 { get; } = PreActivatedCifar("preact_resnet110", BlockKind.Basic, 18, 1_730_522);

    /// <summary>164 layers for CIFAR, 1.7 million parameters.</summary>
    public static ResNetVariant PreActResNet164 { get; } = PreActivatedCifar("preact_resnet164", BlockKind.Bottleneck, 18, 1_703_258);

    /// <summary>1001 layers for CIFAR, 10.3 million parameters.</summary>
    public static ResNetVariant PreActResNet1001 { get; } = PreActivatedCifar("preact_resnet1001", BlockKind.Bottleneck, 111, 10_327_706);

    /// <summary>The networks with pre-activation.</summary>
    public static IReadOnlyList<ResNetVariant> PreActivation { get; } =
    [
        PreActResNet18, PreActResNet34, PreActResNet50, PreActResNet101, PreActResNet152, PreActResNet200,
        PreActResNet110, PreActResNet164, PreActResNet1001,
    ];

    static ResNetVariant PreActivated(string name, BlockKind block, StageDepths depths, long parameterCount) =>
        new(name, block, depths, parameterCount) { Order = ActivationOrder.BeforeConvolution, Shortcut = ShortcutKind.Convolution };

    static ResNetVariant PreActivatedCifar(string name, BlockKind block, int blocksPerStage, long parameterCount) =>
        PreActivated(name, block, new(blocksPerStage, blocksPerStage, blocksPerStage), parameterCount) with
        {
            Classes = 10,
            Stem = Stem.Small,
            Width = 16,
            StridesIn1x1 = block == BlockKind.Bottleneck, // as in the authors' own code
        };
}
