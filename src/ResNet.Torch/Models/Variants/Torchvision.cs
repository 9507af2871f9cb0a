namespace ResNet.Torch;

/// <content>
/// torchvision's rows: He et al. 2015 (arXiv:1512.03385, Table 1), Xie et al. 2016 (ResNeXt, arXiv:1611.05431) and Zagoruyko
/// and Komodakis 2016 (wide, arXiv:1605.07146).
/// </content>
public sealed partial record ResNetVariant
{
    /// <summary>18 layers, 11.7 million parameters.</summary>
    public static ResNetVariant ResNet18 { get; } = new("resnet18", BlockKind.Basic, new(2, 2, 2, 2), 11_689_512);

    /// <summary>34 layers, 21.8 million parameters.</summary>
    public static ResNetVariant ResNet34 { get; } = new("resnet34", BlockKind.Basic, new(3, 4, 6, 3), 21_797_672);

    /// <summary>50 layers, 25.6 million parameters.</summary>
    public static ResNetVariant ResNet50 { get; } = new("resnet50", BlockKind.Bottleneck, new(3, 4, 6, 3), 25_557_032);

    /// <summary>101 layers, 44.5 million parameters.</summary>
    public static ResNetVariant ResNet101 { get; } = new("resnet101", BlockKind.Bottleneck, new(3, 4, 23, 3), 44_549_160);

    /// <summary>152 layers, 60.2 million parameters.</summary>
    public static ResNetVariant ResNet152 { get; } = new("resnet152", BlockKind.Bottleneck, new(3, 8, 36, 3), 60_192_808);

    /// <summary>50 layers in 32 groups of 4 channels, 25.0 million parameters.</summary>
    public static ResNetVariant ResNeXt50_32x4d { get; } = new("resnext50_32x4d", BlockKind.Bottleneck, new(3, 4, 6, 3), 25_028_904) { Groups = 32, WidthPerGroup = 4 };

    /// <summary>101 layers in 32 groups of 8 channels, 88.8 million parameters.</summary>
    public static ResNetVariant ResNeXt101_32x8d { get; } = new("resnext101_32x8d", BlockKind.Bottleneck, new(3, 4, 23, 3), 88_791_336) { Groups = 32, WidthPerGroup = 8 };

    /// <summary>101 layers in 64 groups of 4 channels, 83.5 million parameters.</summary>
    public static ResNetVariant ResNeXt101_64x4d { get; } = new("resnext101_64x4d", BlockKind.Bottleneck, new(3, 4, 23, 3), 83_455_272) { Groups = 64, WidthPerGroup = 4 };

    /// <summary>50 layers whose 3×3 convolutions are twice as wide, 68.9 million parameters.</summary>
    public static ResNetVariant WideResNet50_2 { get; } = new("wide_resnet50_2", BlockKind.Bottleneck, new(3, 4, 6, 3), 68_883_240) { WidthPerGroup = 128 };

    /// <summary>101 layers whose 3×3 convolutions are twice as wide, 126.9 million parameters.</summary>
    public static ResNetVariant WideResNet101_2 { get; } = new("wide_resnet101_2", BlockKind.Bottleneck, new(3, 4, 23, 3), 126_886_696) { WidthPerGroup = 128 };

    /// <summary>torchvision's ten.</summary>
    public static IReadOnlyList<ResNetVariant> Torchvision { get; } =
    [
        ResNet18, ResNet34, ResNet50, ResNet101, ResNet152,
        ResNeXt50_32x4d, ResNeXt101_32x8d, ResNeXt101_64x4d,
        WideResNet50_2, WideResNet101_2,
    ];
}
