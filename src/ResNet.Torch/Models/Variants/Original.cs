namespace ResNet.Torch;

/// <content>
/// He et al. 2015 (arXiv:1512.03385, Table 1 and §4.1) where torchvision's rows differ from it: bottlenecks that stride in their
/// first 1×1 convolution ("v1"), and plain networks, without shortcuts.
/// </content>
public sealed partial record ResNetVariant
{
    /// <summary>50 layers, 3.8 billion multiply-adds: 0.2 fewer than torchvision's.</summary>
    public static ResNetVariant ResNet50V1 { get; } = new("resnet50_v1", BlockKind.Bottleneck, new(3, 4, 6, 3), 25_557_032) { StridesIn1x1 = true };

    /// <summary>101 layers, 7.6 billion multiply-adds.</summary>
    public static ResNetVariant ResNet101V1 { get; } = new("resnet101_v1", BlockKind.Bottleneck, new(3, 4, 23, 3), 44_549_160) { StridesIn1x1 = true };

    /// <summary>152 layers, 11.3 billion multiply-adds.</summary>
    public static ResNetVariant ResNet152V1 { get; } = new("resnet152_v1", BlockKind.Bottleneck, new(3, 8, 36, 3), 60_192_808) { StridesIn1x1 = true };

    /// <summary>18 layers without shortcuts (figure 4, left).</summary>
    public static ResNetVariant Plain18 { get; } = new("plain18", BlockKind.Basic, new(2, 2, 2, 2), 11_515_688) { Shortcut = ShortcutKind.None };

    /// <summary>34 layers without shortcuts (figure 3, middle).</summary>
    public static ResNetVariant Plain34 { get; } = new("plain34", BlockKind.Basic, new(3, 4, 6, 3), 21_623_848) { Shortcut = ShortcutKind.None };

    /// <summary>The ImageNet networks of He et al. 2015 that torchvision does not have.</summary>
    public static IReadOnlyList<ResNetVariant> Original { get; } = [ResNet50V1, ResNet101V1, ResNet152V1, Plain18, Plain34];
}
