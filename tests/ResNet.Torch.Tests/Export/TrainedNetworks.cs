using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export;

/// <summary>Networks whose norms have something to do, and images for them.</summary>
static class TrainedNetworks
{
    /// <summary>
    /// Seeded weights, and norms with statistics as training would leave them: those of the images that pass, layer after layer. Fresh
    /// norms are the identity, which any export would get right, and without real ones the values of a thousand layers grow past float32. Biases
    /// around 1 leave most values above zero: around 0, plain networks of random weights blow a rounding up by a fifth in each layer.
    /// </summary>
    public static ResidualNetwork Trained(ResNetVariant variant, Tensor images, int? classes = null)
    {
        var network = ResidualNetwork.Seeded(7, variant, classes, channels: (int)images.shape[1]);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var random = new Generator(8);
        var removals = new List<Action>();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.weight!.copy_(rand(norm.weight.shape, generator: random) + 0.5);
            norm.bias!.copy_(0.1 * randn(norm.bias.shape, generator: random) + 1);
            var hook = norm.register_forward_pre_hook((_, input) =>
            {
                norm.running_mean!.copy_(input.mean([0, 2, 3]));
                norm.running_var!.copy_(input.var([0, 2, 3], unbiased: false) + 0.1); // a channel that is all zeros has none
                return input;
            });
            removals.Add(hook.remove);
        }
        network.eval();
        network.call(images);
        removals.ForEach(remove => remove());
        return network;
    }

    /// <summary>A classifier with such a network, for images of that size, whose channels have means and deviations of their own.</summary>
    public static ImageClassifier Classifier(ResNetVariant variant, Tensor images, params string[] classNames) => new(
        Trained(variant, images, classNames.Length),
        new((int)images.shape[2], (int)images.shape[3], [.. Enumerable.Range(1, (int)images.shape[1]).Select(i => 0.2f * i)], [.. Enumerable.Range(1, (int)images.shape[1]).Select(i => 0.1f * i)]),
        classNames);

    /// <summary>Normalised images whose sides are odd somewhere on their way through the stages.</summary>
    public static Tensor Images(Stem stem, int channels = 3)
    {
        var (height, width) = stem == Stem.Standard ? (72, 56) : (18, 14);
        return randn([2, channels, height, width], generator: new Generator(9));
    }

    public static ImagePreset PresetOf(Tensor images) => ImagePreset.ImageNet((int)images.shape[2], (int)images.shape[3], (int)images.shape[1]);

    /// <summary>Within a ten-thousandth of the largest logit, and the same class first for every image.</summary>
    public static void AssertAgree(float[] expected, float[] actual, int classes)
    {
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(expected, actual));
        foreach (var (wanted, got) in expected.Chunk(classes).Zip(actual.Chunk(classes)))
            Assert.AreEqual(Array.IndexOf(wanted, wanted.Max()), Array.IndexOf(got, got.Max()));
    }

    public static float[] Values(this Tensor tensor) => [.. tensor.contiguous().data<float>()];
}
