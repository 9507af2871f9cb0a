using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

/// <summary>What a training begins with, and which parts of the network it leaves as they were.</summary>
[TestClass]
public sealed class FineTuningTests : TrainedBefore
{
    Dictionary<string, byte[]> AtTheStart(FineTuningOptions tuning, LabelledImages? training = null)
    {
        using var network = Trainer.NetworkFor(variant, null, training ?? images, brief with { FineTuning = tuning }, seed: 1);
        return Weights(network);
    }

    [TestMethod]
    public void NetworkFor_FileOrClassifier_HasAllOfItsWeights()
    {
        Assert.IsEmpty(Differing(Weights(trained.Network), AtTheStart(new() { WeightsFile = Saved(trained) })));
        Assert.IsEmpty(Differing(Weights(trained.Network), AtTheStart(new() { From = trained })));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void NetworkFor_OtherClasses_HasAFreshHeadAndTheRest(bool fromFile)
    {
        using var three = HalfBrightImages.Of(6, classes: 3);
        using var fresh = ResidualNetwork.Seeded(1, variant, classes: 3, channels: 1);

        var start = AtTheStart(fromFile ? new() { WeightsFile = Saved(trained) } : new() { From = trained }, three);

        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Differing(Weights(trained.Network), start));
        Assert.IsEmpty(Differing(Weights(fresh), start).Where(IsHead));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void NetworkFor_NewHead_HasAFreshHeadThoughTheClassesAreAsMany(bool fromFile)
    {
        using var fresh = ResidualNetwork.Seeded(1, variant, classes: 2, channels: 1);

        var start = AtTheStart((fromFile ? new() { WeightsFile = Saved(trained) } : new FineTuningOptions { From = trained }) with { NewHead = true });

        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Differing(Weights(trained.Network), start));
        Assert.IsEmpty(Differing(Weights(fresh), start).Where(IsHead));
    }

    [TestMethod]
    public void NetworkFor_FileOfColourImages_AddsItsChannelsUpForGreyOnes()
    {
        using var colour = Classifier(variant, channels: 3);
        using var network = Trainer.NetworkFor(variant, null, images, brief with { FineTuning = new() { WeightsFile = Saved(colour) } }, seed: 1);
        using var scope = NewDisposeScope();

        var expected = colour.Network.state_dict()["conv1.weight"].sum(1, keepdim: true);

        Assert.IsTrue(network.state_dict()["conv1.weight"].allclose(expected));
    }

    [TestMethod]
    [DataRow(0, new[] { "conv1", "bn1" })]
    [DataRow(1, new[] { "conv1", "bn1", "layer1" })]
    [DataRow(3, new[] { "conv1", "bn1", "layer1", "layer2", "layer3" })]
    public void Train_FrozenStages_DoNotMoveByABitWhileTheOthersDo(int stages, string[] frozen)
    {
        using var network = Retrained(brief with { FineTuning = new() { From = trained, FrozenStages = stages } });

        var moved = Differing(Weights(trained.Network), Weights(network));

        CollectionAssert.AreEquivalent(network.state_dict().Keys.Where(name => !frozen.Contains(name.Split('.')[0])).ToList(), moved);
        Assert.IsTrue(network.parameters().All(p => p.requires_grad), "the returned network is a plain one");
        Assert.IsNull(network.FrozenStages);
    }

    [TestMethod]
    public void Train_FrozenNorms_KeepTheirStatisticsAndLearnTheRest()
    {
        using var network = Retrained(brief with { FineTuning = new() { From = trained, FreezeNorms = true } });

        var moved = Differing(Weights(trained.Network), Weights(network));

        CollectionAssert.AreEquivalent(network.named_parameters().Select(p => p.name).ToList(), moved);
        Assert.IsFalse(network.HasFrozenNorms);
    }
}
