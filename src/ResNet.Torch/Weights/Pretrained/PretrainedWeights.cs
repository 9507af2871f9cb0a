using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ResNet.Torch;

/// <summary>
/// A row of the table of trained weights: torchvision's sets for its ten ResNets, by torchvision's names. A row of one's
/// own, with another address, is fetched and checked in the same way.
/// </summary>
/// <param name="Name">torchvision's name, for example <c>ResNet50_Weights.IMAGENET1K_V2</c>.</param>
/// <param name="Variant">The network that the weights belong to.</param>
/// <param name="Address">Where the file is. Its name ends in <c>-HASH.pth</c>, as torch.hub wants it: HASH is how the file's SHA-256 begins.</param>
/// <param name="Preset">How the images were prepared when the weights were evaluated.</param>
/// <exception cref="ArgumentException"><paramref name="Address"/> is no http or https address, or its file name carries no hash.</exception>
public sealed partial record PretrainedWeights(string Name, ResNetVariant Variant, Uri Address, ImagePreset Preset)
{
    const string classicRecipe = "tree/main/references/classification#resnet";
    const string newRecipe = "issues/3995#new-recipe";

    /// <summary>Where the file is; its name carries the beginning of its SHA-256.</summary>
    public Uri Address { get; init => field = Checked(value); } = Checked(Address);

    /// <summary>Name of the file, also in the cache.</summary>
    public string FileName => Path.GetFileName(Address.AbsolutePath);

    /// <summary>How the file's SHA-256 begins: hexadecimal digits in lower case, 8 of them for torchvision's files.</summary>
    public string HashPrefix => HashedName().Match(FileName).Groups["hash"].Value;

    /// <summary>Names of the outputs, in their order. Default <see cref="ImageNetClasses.Names"/>.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = ImageNetClasses.Names;

    /// <summary>Share of ImageNet-1K's validation images whose class comes first, in percent, as torchvision publishes it; null when unknown.</summary>
    public double? Top1Percent { get; init; }

    /// <summary>Share of them whose class is among the first five, in percent; null when unknown.</summary>
    public double? Top5Percent { get; init; }

    /// <summary>The licence that the weights are published under; null when unknown.</summary>
    public string? Licence { get; init; }

    /// <summary>The page that says how the weights were trained; null when there is none.</summary>
    public Uri? Source { get; init; }

    /// <summary>ResNet-18, 69.758 % top-1.</summary>
    public static PretrainedWeights ResNet18_V1 { get; } = ImageNet("ResNet18_Weights.IMAGENET1K_V1", ResNetVariant.ResNet18, "resnet18-f37072fd.pth", 256, 69.758, 89.078, classicRecipe);

    /// <summary>ResNet-34, 73.314 % top-1.</summary>
    public static PretrainedWeights ResNet34_V1 { get; } = ImageNet("ResNet34_Weights.IMAGENET1K_V1", ResNetVariant.ResNet34, "resnet34-b627a593.pth", 256, 73.314, 91.420, classicRecipe);

    /// <summary>ResNet-50 by the paper's recipe, 76.130 % top-1.</summary>
    public static PretrainedWeights ResNet50_V1 { get; } = ImageNet("ResNet50_Weights.IMAGENET1K_V1", ResNetVariant.ResNet50, "resnet50-0676ba61.pth", 256, 76.130, 92.862, classicRecipe);

    /// <summary>ResNet-50 by torchvision's newer recipe, 80.858 % top-1.</summary>
    public static PretrainedWeights ResNet50_V2 { get; } = ImageNet("ResNet50_Weights.IMAGENET1K_V2", ResNetVariant.ResNet50, "resnet50-11ad3fa6.pth", 232, 80.858, 95.434, "issues/3995#issuecomment-1013906621");

    /// <summary>ResNet-101 by the paper's recipe, 77.374 % top-1.</summary>
    public static PretrainedWeights ResNet101_V1 { get; } = ImageNet("ResNet101_Weights.IMAGENET1K_V1", ResNetVariant.ResNet101, "resnet101-63fe2227.pth", 256, 77.374, 93.546, classicRecipe);

    /// <summary>ResNet-101 by torchvision's newer recipe, 81.886 % top-1.</summary>
    public static PretrainedWeights ResNet101_V2 { get; } = ImageNet("ResNet101_Weights.IMAGENET1K_V2", ResNetVariant.ResNet101, "resnet101-cd907fc2.pth", 232, 81.886, 95.780, newRecipe);

    /// <summary>ResNet-152 by the paper's recipe, 78.312 % top-1.</summary>
    public static PretrainedWeights ResNet152_V1 { get; } = ImageNet("ResNet152_Weights.IMAGENET1K_V1", ResNetVariant.ResNet152, "resnet152-394f9c45.pth", 256, 78.312, 94.046, classicRecipe);

    /// <summary>ResNet-152 by torchvision's newer recipe, 82.284 % top-1.</summary>
    public static PretrainedWeights ResNet152_V2 { get; } = ImageNet("ResNet152_Weights.IMAGENET1K_V2", ResNetVariant.ResNet152, "resnet152-f82ba261.pth", 232, 82.284, 96.002, newRecipe);

    /// <summary>ResNeXt-50 32×4d by the paper's recipe, 77.618 % top-1.</summary>
    public static PretrainedWeights ResNeXt50_32x4d_V1 { get; } = ImageNet("ResNeXt50_32X4D_Weights.IMAGENET1K_V1", ResNetVariant.ResNeXt50_32x4d, "resnext50_32x4d-7cdf4587.pth", 256, 77.618, 93.698, "tree/main/references/classification#resnext");

    /// <summary>ResNeXt-50 32×4d by torchvision's newer recipe, 81.198 % top-1.</summary>
    public static PretrainedWeights ResNeXt50_32x4d_V2 { get; } = ImageNet("ResNeXt50_32X4D_Weights.IMAGENET1K_V2", ResNetVariant.ResNeXt50_32x4d, "resnext50_32x4d-1a0047aa.pth", 232, 81.198, 95.340, newRecipe);

    /// <summary>ResNeXt-101 32×8d by the paper's recipe, 79.312 % top-1.</summary>
    public static PretrainedWeights ResNeXt101_32x8d_V1 { get; } = ImageNet("ResNeXt101_32X8D_Weights.IMAGENET1K_V1", ResNetVariant.ResNeXt101_32x8d, "resnext101_32x8d-8ba56ff5.pth", 256, 79.312, 94.526, "tree/main/references/classification#resnext");

    /// <summary>ResNeXt-101 32×8d by torchvision's newer recipe, 82.834 % top-1.</summary>
    public static PretrainedWeights ResNeXt101_32x8d_V2 { get; } = ImageNet("ResNeXt101_32X8D_Weights.IMAGENET1K_V2", ResNetVariant.ResNeXt101_32x8d, "resnext101_32x8d-110c445d.pth", 232, 82.834, 96.228, newRecipe + "-with-fixres");

    /// <summary>ResNeXt-101 64×4d by torchvision's newer recipe, 83.246 % top-1.</summary>
    public static PretrainedWeights ResNeXt101_64x4d_V1 { get; } = ImageNet("ResNeXt101_64X4D_Weights.IMAGENET1K_V1", ResNetVariant.ResNeXt101_64x4d, "resnext101_64x4d-173b62eb.pth", 232, 83.246, 96.454, "pull/5935");

    /// <summary>Wide ResNet-50-2 by the paper's recipe, 78.468 % top-1.</summary>
    public static PretrainedWeights WideResNet50_2_V1 { get; } = ImageNet("Wide_ResNet50_2_Weights.IMAGENET1K_V1", ResNetVariant.WideResNet50_2, "wide_resnet50_2-95faca4d.pth", 256, 78.468, 94.086, "pull/912#issue-445437439");

    /// <summary>Wide ResNet-50-2 by torchvision's newer recipe, 81.602 % top-1.</summary>
    public static PretrainedWeights WideResNet50_2_V2 { get; } = ImageNet("Wide_ResNet50_2_Weights.IMAGENET1K_V2", ResNetVariant.WideResNet50_2, "wide_resnet50_2-9ba9bcbe.pth", 232, 81.602, 95.758, newRecipe + "-with-fixres");

    /// <summary>Wide ResNet-101-2 by the paper's recipe, 78.848 % top-1.</summary>
    public static PretrainedWeights WideResNet101_2_V1 { get; } = ImageNet("Wide_ResNet101_2_Weights.IMAGENET1K_V1", ResNetVariant.WideResNet101_2, "wide_resnet101_2-32ee1156.pth", 256, 78.848, 94.284, "pull/912#issue-445437439");

    /// <summary>Wide ResNet-101-2 by torchvision's newer recipe, 82.510 % top-1.</summary>
    public static PretrainedWeights WideResNet101_2_V2 { get; } = ImageNet("Wide_ResNet101_2_Weights.IMAGENET1K_V2", ResNetVariant.WideResNet101_2, "wide_resnet101_2-d733dc28.pth", 232, 82.510, 96.020, newRecipe);

    /// <summary>Every row of the table; of one network's, the later is the better.</summary>
    public static IReadOnlyList<PretrainedWeights> All { get; } =
    [
        ResNet18_V1, ResNet34_V1, ResNet50_V1, ResNet50_V2, ResNet101_V1, ResNet101_V2, ResNet152_V1, ResNet152_V2,
        ResNeXt50_32x4d_V1, ResNeXt50_32x4d_V2, ResNeXt101_32x8d_V1, ResNeXt101_32x8d_V2, ResNeXt101_64x4d_V1,
        WideResNet50_2_V1, WideResNet50_2_V2, WideResNet101_2_V1, WideResNet101_2_V2,
    ];

    /// <summary>Finds a row by its name.</summary>
    /// <exception cref="ArgumentException">No row has that name; the message lists those that there are.</exception>
    public static PretrainedWeights Find(string name) => TryFind(name, out var weights)
        ? weights
        : throw new ArgumentException($"There are no weights named '{name}'. There are: {string.Join(", ", All)}.", nameof(name));

    /// <summary>Finds a row by its name, if there is one.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out PretrainedWeights? weights) =>
        (weights = All.FirstOrDefault(w => w.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>The best weights of a network: torchvision's DEFAULT.</summary>
    /// <exception cref="ArgumentException">There are none for that network.</exception>
    public static PretrainedWeights DefaultFor(ResNetVariant variant) => All.LastOrDefault(w => w.Variant == variant)
        ?? throw new ArgumentException($"There are no weights for '{variant}'. There are some for: {string.Join(", ", All.Select(w => w.Variant).Distinct())}.", nameof(variant));

    /// <summary>The name of the weights.</summary>
    public override string ToString() => Name;

    static PretrainedWeights ImageNet(string name, ResNetVariant variant, string file, int resize, double top1, double top5, string recipe) =>
        new(name, variant, new Uri($"https://download.pytorch.org/models/{file}"), ImagePreset.ImageNet(224, 224) with { ResizeShorterSide = resize })
        {
            Top1Percent = top1,
            Top5Percent = top5,
            // torchvision's README, "Pre-trained Model License"
            Licence = "BSD-3-Clause, as torchvision; terms of the training data, ImageNet-1K, may apply besides",
            Source = new Uri($"https://github.com/pytorch/vision/{recipe}"),
        };

    static Uri Checked(Uri address) =>
        address.IsAbsoluteUri && address.Scheme is "http" or "https" && HashedName().IsMatch(Path.GetFileName(address.AbsolutePath))
            ? address
            : throw new ArgumentException($"'{address}' is no address of weights: an http or https address is expected, whose file name ends in a hyphen, at least 8 digits of the file's SHA-256, and .pth (resnet50-11ad3fa6.pth).", nameof(address));

    // One plain file name: it becomes a path in the cache.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*-(?<hash>[0-9a-f]{8,64})\.[a-z]+\z")]
    private static partial Regex HashedName();
}
