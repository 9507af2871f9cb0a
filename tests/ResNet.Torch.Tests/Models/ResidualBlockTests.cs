using ResNet.Torch.Models;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Models;

[TestClass]
public class ResidualBlockTests
{
    // Pre-activated, so that what the block adds to its input can be read off its output.
    static readonly ResNetVariant preActivated = ResNetVariant.PreActResNet110 with { DropPathRate = 0.3 };

    static ResidualBlock BlockWithDropRate(double rate)
    {
        manual_seed(0);
        var block = new ResidualBlock(preActivated, new(16, 16, 1) { DropRate = rate });
        block.train();
        foreach (var norm in block.modules().OfType<TorchSharp.Modules.BatchNorm2d>())
            norm.eval(); // batch statistics would tie the images together
        return block;
    }

    [TestMethod]
    public void DropRate_InTraining_DropsItsShareOfTheImagesAndKeepsTheExpectedValue()
    {
        using var scope = NewDisposeScope();
        using var block = BlockWithDropRate(0.3);
        using var always = BlockWithDropRate(0);
        using var noGrad = no_grad();
        var images = rand(1, 16, 4, 4).expand(4000, 16, 4, 4);

        var branch = block.call(images) - images;                            // 4000×16×4×4
        var kept = branch.abs().sum([1, 2, 3]).gt(1e-3);
        var whole = (always.call(images) - images)[0];

        // Of 4,000 draws with probability 0.7, the share is within four standard deviations: 4·√(0.7·0.3/4000) = 0.029.
        Assert.AreEqual(0.7, kept.to_type(ScalarType.Float32).mean().item<float>(), 0.029);
        Assert.IsTrue(branch[kept].allclose(whole / 0.7, rtol: 1e-4, atol: 1e-5));
        Assert.IsTrue(branch.mean([0]).allclose(whole, rtol: 0.05, atol: 1e-5));
    }

    [TestMethod]
    public void DropRate_InEval_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var block = BlockWithDropRate(0.9);
        using var always = BlockWithDropRate(0);
        block.eval();
        always.eval();
        var images = rand(8, 16, 4, 4);

        Assert.IsTrue(block.call(images).Equals(always.call(images)));
    }

    // Huang et al. 2016, §3: the probability rises linearly over the depth.
    [TestMethod]
    public void DropRate_OverTheNetwork_RisesLinearlyFromZero()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20 with { DropPathRate = 0.4 });

        var rates = network.named_modules().Select(entry => entry.module).OfType<ResidualBlock>().OrderBy(block => block.DropRate).Select(block => block.DropRate).ToArray();

        Assert.HasCount(9, rates);
        for (var block = 0; block < 9; block++)
            Assert.AreEqual(0.05 * block, rates[block], 1e-12);
    }

    [TestMethod]
    [DataRow("resnet20", "layer1.0.bn2.weight")]
    [DataRow("resnet50", "layer1.2.bn3.weight")]
    [DataRow("preact_resnet110", "layer1.0.conv2.weight")]
    public void StartsAsIdentity_FreshNetwork_PassesTheStemThroughTheFirstStage(string name, string zeroKey)
    {
        using var scope = NewDisposeScope();
        var variant = ResNetVariant.Find(name);
        using var network = ResidualNetwork.Seeded(0, variant with { StartsAsIdentity = true, Depths = variant.Depths with { Layer1 = 3 } });
        using var plain = ResidualNetwork.Seeded(0, variant);
        network.eval();
        var images = rand(1, 3, 32, 32);
        var isIdentity = new List<bool>();
        foreach (var block in network.named_modules().Select(entry => entry.module).OfType<ResidualBlock>())
            block.register_forward_hook((_, input, output) => { isIdentity.Add(input.Equals(output)); return output; });

        network.Features(images, 1);

        Assert.AreEqual(0, network.state_dict()[zeroKey].abs().sum().item<float>());
        Assert.AreNotEqual(0, plain.state_dict()[zeroKey].abs().sum().item<float>());
        CollectionAssert.AreEqual(new[] { variant.Block == BlockKind.Basic, true, true }, isIdentity); // a bottleneck's first block projects
    }

    // Worked by hand: 1×1 images, the middle channels of the output are the strided input.
    [TestMethod]
    public void PaddedIdentity_ThreeByThree_KeepsEveryOtherPixelBetweenZeros()
    {
        using var scope = NewDisposeScope();
        using var shortcut = new PaddedIdentity(2, 4, 2);

        var output = shortcut.call(arange(18, dtype: ScalarType.Float32).reshape(1, 2, 3, 3));

        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 0, 0, 2, 6, 8, 9, 11, 15, 17, 0, 0, 0, 0 }, output.data<float>().ToArray());
    }
}
