using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Models;

[TestClass]
public class BackboneTests
{
    // He et al. 2015, Table 1: 1/4, 1/8, 1/16 and 1/32 of the size; torchvision's replace_stride_with_dilation keeps 1/16 and 1/8.
    [TestMethod]
    [DataRow(0, new[] { 4, 8, 16, 32 })]
    [DataRow(1, new[] { 4, 8, 16, 16 })]
    [DataRow(2, new[] { 4, 8, 8, 8 })]
    [DataRow(3, new[] { 4, 4, 4, 4 })]
    public void Features_EveryStage_HasItsStrideAndChannels(int dilatedStages, int[] strides)
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(ResNetVariant.ResNet50 with { DilatedStages = dilatedStages }, classes: 2);
        network.eval();

        var features = network.Features(rand(1, 3, 64, 96));

        Assert.HasCount(4, features);
        for (var stage = 1; stage <= 4; stage++)
        {
            var stride = strides[stage - 1];
            Assert.AreEqual(stride, network.StageStride(stage));
            CollectionAssert.AreEqual(new long[] { 1, 128L << stage, 64 / stride, 96 / stride }, features[stage - 1].shape);
        }
    }

    [TestMethod]
    public void Features_OfCifarStages_ComeInTheOrderAskedFor()
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);
        network.eval();
        var images = rand(2, 3, 32, 32);

        var features = network.Features(images, 3, 1);

        CollectionAssert.AreEqual(new long[] { 2, 64, 8, 8 }, features[0].shape);
        CollectionAssert.AreEqual(new long[] { 2, 16, 32, 32 }, features[1].shape);
        Assert.AreEqual(4, network.StageStride(3));
        var logits = ((nn.Module<Tensor, Tensor>)network.named_children().Single(c => c.name == "fc").module).call(features[0].mean([2, 3]));
        Assert.IsTrue(logits.allclose(network.call(images), rtol: 1e-4, atol: 1e-5));
    }

    [TestMethod]
    public void Features_UnknownStage_SaysWhichThereAre()
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.Features(rand(1, 3, 32, 32), 4));

        Assert.Contains("resnet20 has stages 1 to 3", error.Message);
    }

    [TestMethod]
    public void Features_InAScope_LeavesNothing()
    {
        using var network = new ResidualNetwork(ResNetVariant.SEResNet50 with { DropPathRate = 0.5 }, classes: 2);

        var left = NativeTensors.LeftBy(
            () =>
            {
                using var scope = NewDisposeScope();
                network.Features(rand(2, 3, 64, 64), 2, 4);
            },
            networks: 0);

        Assert.AreEqual(0, left);
    }

    static Dictionary<string, float[]> Values(ResidualNetwork network) =>
        network.state_dict().Where(entry => entry.Value.is_floating_point()).ToDictionary(entry => entry.Key, entry => entry.Value.data<float>().ToArray());

    static HashSet<string> MovedByAStep(ResidualNetwork network)
    {
        using var scope = NewDisposeScope();
        var before = Values(network);
        using var optimizer = optim.SGD(network.parameters(), 0.1, momentum: 0.9);
        network.train();
        for (var step = 0; step < 2; step++) // the second has momentum
        {
            optimizer.zero_grad();
            nn.functional.cross_entropy(network.call(rand(4, 3, 16, 16)), arange(4)).backward();
            optimizer.step();
        }
        return [.. Values(network).Where(entry => !entry.Value.SequenceEqual(before[entry.Key])).Select(entry => entry.Key)];
    }

    [TestMethod]
    public void Freeze_OneStage_KeepsItsWeightsAndStatisticsWhileOthersMove()
    {
        using var network = ResidualNetwork.Seeded(0, ResNetVariant.ResNet20);
        _ = MovedByAStep(network); // leaves gradients behind, which must not move what is frozen then
        network.Freeze(1);

        var moved = MovedByAStep(network);

        var expected = network.state_dict().Where(entry => entry.Value.is_floating_point()).Select(entry => entry.Key)
            .Where(key => key.Split('.')[0] is not ("conv1" or "bn1" or "layer1"));
        CollectionAssert.AreEquivalent(expected.ToList(), moved.ToList());
    }

    [TestMethod]
    public void Freeze_StemAlone_LetsTheFirstStageLearn()
    {
        using var network = ResidualNetwork.Seeded(0, ResNetVariant.ResNet20);
        network.Freeze(0);

        var moved = MovedByAStep(network);

        Assert.Contains("layer1.0.conv1.weight", moved);
        Assert.DoesNotContain("conv1.weight", moved);
        Assert.DoesNotContain("bn1.running_mean", moved);
    }

    [TestMethod]
    public void FreezeNorms_InTraining_KeepsEveryStatisticAndNoWeight()
    {
        using var network = ResidualNetwork.Seeded(0, ResNetVariant.PreActResNet110 with { Depths = new(1, 1, 1) });
        network.FreezeNorms();

        var moved = MovedByAStep(network);

        Assert.IsEmpty(moved.Where(key => key.Contains("running")));
        Assert.HasCount(network.named_parameters().Count(), moved);
    }

    [TestMethod]
    public void Unfreeze_AfterFreezing_LetsEverythingLearn()
    {
        using var network = ResidualNetwork.Seeded(0, ResNetVariant.ResNet20);
        network.Freeze(3);
        network.FreezeNorms();
        network.Unfreeze();

        var moved = MovedByAStep(network);

        Assert.HasCount(network.state_dict().Count(entry => entry.Value.is_floating_point()), moved);
    }

    [TestMethod]
    public void Freeze_MoreStagesThanThereAre_Throws()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.Freeze(4));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.Freeze(-1));
    }
}
