namespace ResNet.Torch;

/// <content>Later refinements of ResNet-50 under timm's names; their switches go with any other row too.</content>
public sealed partial record ResNetVariant
{
    /// <summary>ResNet-D of He et al. 2018 (arXiv:1812.01187, figure 2): deep stem, average-pooled shortcuts; 25.6 million parameters.</summary>
    public static ResNetVariant ResNet50D { get; } = new("resnet50d", BlockKind.Bottleneck, new(3, 4, 6, 3), 25_576_264)
    {
        HasDeepStem = true,
        Shortcut = ShortcutKind.PooledProjection,
    };

    /// <summary>Squeeze and excitation (Hu et al. 2017, arXiv:1709.01507), 28.1 million parameters.</summary>
    public static ResNetVariant SEResNet50 { get; } = new("seresnet50", BlockKind.Bottleneck, new(3, 4, 6, 3), 28_088_024) { SqueezeReduction = 16 };

    /// <summary>ResNet-50 with refinements.</summary>
    public static IReadOnlyList<ResNetVariant> Refined { get; } = [ResNet50D, SEResNet50];
}
