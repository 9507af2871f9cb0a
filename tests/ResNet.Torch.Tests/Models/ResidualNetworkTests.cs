using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Models;

[TestClass]
public class ResidualNetworkTests
{
    // The final stage works at 1/32 of the size with the standard stem and at 1/8 with the small one (He et al. 2015, Table 1 and §4.2).
    [TestMethod]
    [DataRow(Stem.Standard, 64, 2)]
    [DataRow(Stem.Standard, 96, 3)]
    [DataRow(Stem.Small, 32, 4)]
    public void Stages_OfAStem_HaveThePapersSize(Stem stem, int size, int last)
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(ResNetVariant.ResNet18, classes: 7, stem: stem);
        network.eval();
        long[]? stage4 = null;
        ((nn.Module<Tensor, Tensor>)network.named_children().Single(c => c.name == "layer4").module)
            .register_forward_hook((_, _, output) => { stage4 = output.shape; return output; });

        var logits = network.call(rand(2, 3, size, size));

        CollectionAssert.AreEqual(new long[] { 2, 512, last, last }, stage4);
        CollectionAssert.AreEqual(new long[] { 2, 7 }, logits.shape);
    }

    [TestMethod]
    public void Create_OtherChannels_WidensTheFirstConvolutionAlone()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet18, channels: 5);

        CollectionAssert.AreEqual(new long[] { 64, 5, 7, 7 }, network.state_dict()["conv1.weight"].shape);
        Assert.AreEqual(ResNetVariant.ResNet18.ParameterCount + 2 * 64 * 49, network.parameters().Sum(p => p.numel()));
    }

    [TestMethod]
    public void Forward_WrongChannels_SaysWhatItExpectsAndReceived()
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(ResNetVariant.ResNet18, classes: 2);

        var error = Assert.ThrowsExactly<ArgumentException>(() => network.call(zeros(4, 1, 64, 64)));

        Assert.Contains("[N, 3, H, W]", error.Message);
        Assert.Contains("[4, 1, 64, 64]", error.Message);
    }

    [TestMethod]
    public void Seeded_TwiceWithTheSameSeed_GivesTheSameWeights()
    {
        using var first = ResidualNetwork.Seeded(5, ResNetVariant.ResNet18, classes: 3);
        using var second = ResidualNetwork.Seeded(5, ResNetVariant.ResNet18, classes: 3);
        using var other = ResidualNetwork.Seeded(6, ResNetVariant.ResNet18, classes: 3);

        static float[] Head(ResidualNetwork network) => network.state_dict()["fc.weight"].data<float>().ToArray();
        CollectionAssert.AreEqual(Head(first), Head(second));
        CollectionAssert.AreNotEqual(Head(first), Head(other));
    }

    public static IEnumerable<object[]> Names => ResNetVariant.All.Select(v => new object[] { v.Name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Backward_EveryVariantMadeSmall_GivesEveryParameterAGradient(string name)
    {
        var variant = ResNetVariant.Find(name);
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(variant with
        {
            Depths = new(2, 2, 2, Math.Min(2, variant.Depths.Layer4)),
            Width = 16,
            DropPathRate = variant.Shortcut == ShortcutKind.None ? 0 : 1e-9, // scales, and leaves out nothing
        });
        network.train();

        network.call(rand(2, 3, 64, 64)).square().sum().backward();

        foreach (var (key, parameter) in network.named_parameters())
        {
            Assert.IsTrue(parameter.grad is { } finite && finite.isfinite().all().item<bool>(), key);
            Assert.IsTrue(parameter.dim() == 1 || parameter.grad.abs().sum().item<float>() > 0, key); // a bias before a norm has none
        }
    }

    [TestMethod]
    public void Dispose_FreesEveryTensorOfTheNetwork()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet50, classes: 2);
        var tensors = network.state_dict().Values.ToList();

        network.Dispose();

        Assert.IsTrue(tensors.TrueForAll(t => t.IsInvalid));
    }

    [TestMethod]
    public void Forward_InAScope_LeavesNothing()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet50, classes: 2);

        var left = NativeTensors.LeftBy(
            () =>
            {
                using var scope = NewDisposeScope();
                network.call(rand(2, 3, 64, 64));
            },
            networks: 0);

        Assert.AreEqual(0, left);
    }
}
