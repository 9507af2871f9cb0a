using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.TorchScript;

/// <summary>Networks to be exported, whose norms have learned something.</summary>
static class Networks
{
    /// <summary>Rows that combine switches as no row of the table does.</summary>
    static readonly ResNetVariant[] combinations =
    [
        ResNetVariant.ResNet50 with { Name = "dilated_resnet50", DilatedStages = 2 },
        ResNetVariant.ResNet18 with { Name = "seresnet18", SqueezeReduction = 8 },
        ResNetVariant.ResNet18 with { Name = "resnet18d_dilated", HasDeepStem = true, Shortcut = ShortcutKind.PooledProjection, DilatedStages = 1 },
        ResNetVariant.ResNet18 with { Name = "resnet18_small_deep_stem", HasDeepStem = true, Stem = Stem.Small, HasConvolutionBias = true },
        ResNetVariant.ResNet18 with { Name = "resnet18_odd_padding", Shortcut = ShortcutKind.PaddedIdentity, Width = 9 },
        ResNetVariant.PreActResNet18 with { Name = "preact_seresnet18", SqueezeReduction = 4, NormEpsilon = 1e-2 },
        ResNetVariant.PreActResNet50 with { Name = "preact_plain50", Shortcut = ShortcutKind.None },
        ResNetVariant.PreActResNet18 with { Name = "preact_option_a", Shortcut = ShortcutKind.PaddedIdentity },
    ];

    public static IEnumerable<object[]> Combinations => combinations.Select(variant => new object[] { variant.Name });

    public static ResidualNetwork Build(string name, int classes = 10, int channels = 3)
    {
        var variant = Array.Find(combinations, row => row.Name == name) ?? ResNetVariant.Find(name);
        return Trained(ResidualNetwork.Seeded(7, variant, classes, channels));
    }

    /// <summary>Gives each norm statistics and an affine part that are not the identity.</summary>
    static ResidualNetwork Trained(ResidualNetwork network)
    {
        using var scope = NewDisposeScope();
        using var inPlace = no_grad();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.running_mean!.normal_(0, 0.1);
            norm.running_var!.uniform_(0.8, 1.5);
            norm.weight.uniform_(0.5, 1);
            norm.bias!.normal_(0, 0.1);
            norm.num_batches_tracked!.fill_(300);
        }
        network.eval();
        return network;
    }

    public static ImagePreset Preset(int channels = 3) => ImagePreset.ImageNet(45, 37, channels);

    /// <summary>float32 [2, channels, 45, 37], the same each time; odd sizes show how pooling rounds.</summary>
    public static Tensor Images(int channels = 3)
    {
        manual_seed(8);
        return randn(2, channels, 45, 37);
    }

    public static float[] Logits(ResidualNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        return network.call(images).data<float>().ToArray();
    }

    /// <inheritdoc cref="TrainedNetworks.AssertAgree"/>
    public static void AssertAgree(float[] expected, float[] actual) => TrainedNetworks.AssertAgree(expected, actual, classes: 10);
}
