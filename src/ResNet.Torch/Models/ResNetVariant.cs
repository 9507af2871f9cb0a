using System.Diagnostics.CodeAnalysis;

namespace ResNet.Torch;

/// <summary>The two residual blocks of He et al. 2015 (arXiv:1512.03385), figure 5.</summary>
public enum BlockKind
{
    /// <summary>Two 3×3 convolutions; the block's output has as many channels as its width.</summary>
    Basic,

    /// <summary>1×1, 3×3 and 1×1 convolutions; the output has four times the channels of the stage's width.</summary>
    Bottleneck,
}

/// <summary>How the network meets its images, before the first stage.</summary>
public enum Stem
{
    /// <summary>7×7 convolution of stride 2, then 3×3 max pooling of stride 2: a quarter of the size (He et al. 2015, Table 1).</summary>
    Standard,

    /// <summary>3×3 convolution of stride 1 and no pooling: the full size, for small images (He et al. 2015, §4.2).</summary>
    Small,
}

/// <summary>Number of residual blocks in each of the four stages.</summary>
public readonly record struct StageDepths(int Layer1, int Layer2, int Layer3, int Layer4);

/// <summary>
/// A row of the table of networks: He et al. 2015 (arXiv:1512.03385, Table 1), Xie et al. 2016 (ResNeXt,
/// arXiv:1611.05431) and Zagoruyko and Komodakis 2016 (wide, arXiv:1605.07146), by torchvision's names.
/// </summary>
/// <param name="Name">torchvision's name.</param>
/// <param name="Block">The block that every stage is built of.</param>
/// <param name="Depths">Blocks in each stage.</param>
/// <param name="ParameterCount">Trainable parameters for 1000 classes, 3 channels and the standard stem, as torchvision publishes it.</param>
public sealed record ResNetVariant(string Name, BlockKind Block, StageDepths Depths, long ParameterCount)
{
    /// <summary>Groups of the 3×3 convolutions: the cardinality of a ResNeXt. Default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Channels of one group in the first stage. Default 64.</summary>
    public int WidthPerGroup { get; init; } = 64;

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

    /// <summary>Every row of the table.</summary>
    public static IReadOnlyList<ResNetVariant> All { get; } =
    [
        ResNet18, ResNet34, ResNet50, ResNet101, ResNet152,
        ResNeXt50_32x4d, ResNeXt101_32x8d, ResNeXt101_64x4d,
        WideResNet50_2, WideResNet101_2,
    ];

    /// <summary>Channels that leave a block for each channel of its stage's width: 1 or 4.</summary>
    public int Expansion => Block == BlockKind.Basic ? 1 : 4;

    /// <summary>Length of the pooled feature vector, the input of the classifier.</summary>
    public int FeatureCount => 512 * Expansion;

    /// <summary>Finds a row by its name.</summary>
    /// <exception cref="ArgumentException">No row has that name; the message lists those that there are.</exception>
    public static ResNetVariant Find(string name) => TryFind(name, out var variant)
        ? variant
        : throw new ArgumentException($"There is no network named '{name}'. There are: {string.Join(", ", All.Select(v => v.Name))}.", nameof(name));

    /// <summary>Finds a row by its name, if there is one.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ResNetVariant? variant) =>
        (variant = All.FirstOrDefault(v => v.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>The stem for images of a size: <see cref="Stem.Small"/> when either side is below 64 pixels.</summary>
    public static Stem StemFor(int height, int width) => Math.Min(height, width) < 64 ? Stem.Small : Stem.Standard;

    /// <summary>The variant's name.</summary>
    public override string ToString() => Name;
}
