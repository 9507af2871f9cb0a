namespace ResNet.Torch;

/// <content>
/// He et al. 2015 (arXiv:1512.03385, §4.2): three stages of 16, 32 and 64 channels for the 32×32 images of CIFAR-10, 6n + 2
/// layers. As in the paper they have option-A shortcuts, without parameters; rows in _b have projections, and plain ones no shortcuts.
/// </content>
public sealed partial record ResNetVariant
{
    /// <summary>20 layers, 0.27 million parameters.</summary>
    public static ResNetVariant ResNet20 { get; } = OfCifar("resnet20", 3, 269_722);

    /// <summary>32 layers, 0.46 million parameters.</summary>
    public static ResNetVariant ResNet32 { get; } = OfCifar("resnet32", 5, 464_154);

    /// <summary>44 layers, 0.66 million parameters.</summary>
    public static ResNetVariant ResNet44 { get; } = OfCifar("resnet44", 7, 658_586);

    /// <summary>56 layers, 0.85 million parameters.</summary>
    public static ResNetVariant ResNet56 { get; } = OfCifar("resnet56", 9, 853_018);

    /// <summary>110 layers, 1.7 million parameters.</summary>
    public static ResNetVariant ResNet110 { get; } = OfCifar("resnet110", 18, 1_727_962);

    /// <summary>1202 layers, 19.4 million parameters.</summary>
    public static ResNetVariant ResNet1202 { get; } = OfCifar("resnet1202", 200, 19_421_274);

    /// <summary>20 layers with projection shortcuts.</summary>
    public static ResNetVariant ResNet20B { get; } = OfCifar("resnet20_b", 3, 272_474, ShortcutKind.Projection);

    /// <summary>32 layers with projection shortcuts.</summary>
    public static ResNetVariant ResNet32B { get; } = OfCifar("resnet32_b", 5, 466_906, ShortcutKind.Projection);

    /// <summary>44 layers with projection shortcuts.</summary>
    public static ResNetVariant ResNet44B { get; } = OfCifar("resnet44_b", 7, 661_338, ShortcutKind.Projection);

    /// <summary>56 layers with projection shortcuts.</summary>
    public static ResNetVariant ResNet56B { get; } = OfCifar("resnet56_b", 9, 855_770, ShortcutKind.Projection);

    /// <summary>110 layers with projection shortcuts.</summary>
    public static ResNetVariant ResNet110B { get; } = OfCifar("resnet110_b", 18, 1_730_714, ShortcutKind.Projection);

    /// <summary>1202 layers with projection shortcuts.</summary>
    public static ResNetVariant ResNet1202B { get; } = OfCifar("resnet1202_b", 200, 19_424_026, ShortcutKind.Projection);

    /// <summary>20 layers without shortcuts (figure 6, left).</summary>
    public static ResNetVariant Plain20 { get; } = OfCifar("plain20", 3, 269_722, ShortcutKind.None);

    /// <summary>32 layers without shortcuts (figure 6, left).</summary>
    public static ResNetVariant Plain32 { get; } = OfCifar("plain32", 5, 464_154, ShortcutKind.None);

    /// <summary>44 layers without shortcuts (figure 6, left).</summary>
    public static ResNetVariant Plain44 { get; } = OfCifar("plain44", 7, 658_586, ShortcutKind.None);

    /// <summary>56 layers without shortcuts (figure 6, left).</summary>
    public static ResNetVariant Plain56 { get; } = OfCifar("plain56", 9, 853_018, ShortcutKind.None);

    /// <summary>The CIFAR networks of He et al. 2015.</summary>
    public static IReadOnlyList<ResNetVariant> Cifar { get; } =
    [
        ResNet20, ResNet32, ResNet44, ResNet56, ResNet110, ResNet1202,
        ResNet20B, ResNet32B, ResNet44B, ResNet56B, ResNet110B, ResNet1202B,
        Plain20, Plain32, Plain44, Plain56,
    ];

    static ResNetVariant OfCifar(string name, int blocksPerStage, long parameterCount, ShortcutKind shortcut = ShortcutKind.PaddedIdentity) =>
        new(name, BlockKind.Basic, new(blocksPerStage, blocksPerStage, blocksPerStage), parameterCount)
        {
            Classes = 10,
            Stem = Stem.Small,
            Width = 16,
            Shortcut = shortcut,
            // The usual PyTorch scripts train under DataParallel, and call the head `linear` and a projection `shortcut`.
            KeyAliases = [new(@"^module\.", ""), new(@"^linear\.", "fc."), new(@"\.shortcut\.", ".downsample.")],
        };
}
