namespace ResNet.Torch.Tests.Training;

/// <summary>What is said where weights to start from are missing or of another network.</summary>
[TestClass]
public sealed class FineTuningFaultTests : TrainedBefore
{
    [TestMethod]
    public void Train_ClassifierOfAnotherNetwork_NamesBoth()
    {
        using var deeper = Classifier(ResNetVariant.ResNet32);
        using var colour = Classifier(variant, channels: 3);
        using var large = Classifier(variant, stem: Stem.Standard);

        Assert.Contains("From is a resnet32 for 1 channel with the Small stem; the network to train is a resnet20 for 1 with the Small stem", Fault(deeper));
        Assert.Contains("From is a resnet20 for 3 channels with the Small stem; the network to train is a resnet20 for 1 with the Small stem", Fault(colour));
        Assert.Contains("From is a resnet20 for 1 channel with the Standard stem; the network to train is a resnet20 for 1 with the Small stem", Fault(large));

        string Fault(ImageClassifier from) => Assert.ThrowsExactly<ArgumentException>(() =>
            Trainer.Train(variant, Stem.Small, images, null, brief with { FineTuning = new() { From = from } })).Message;
    }

    [TestMethod]
    public void Train_FileOfAnotherNetwork_NamesFileAndNetworkAndKeys()
    {
        using var deeper = Classifier(ResNetVariant.ResNet32);
        using var large = Classifier(variant, stem: Stem.Standard);

        Assert.Contains("trained.safetensors does not fit resnet20: ", Fault(deeper));
        Assert.Contains("not expected (layer1.", Fault(deeper));
        Assert.Contains("conv1.weight is [16,1,7,7], the network wants [16,1,3,3]", Fault(large));

        string Fault(ImageClassifier other) => Assert.ThrowsExactly<WeightMismatchException>(() =>
            Trainer.Train(variant, Stem.Small, images, null, brief with { FineTuning = new() { WeightsFile = Saved(other) } })).Message;
    }

    [TestMethod]
    public void Train_MissingFile_NamesItAndFreesTheNetwork()
    {
        var path = folder.File("nowhere.safetensors");
        FileNotFoundException error = null!;

        var left = NativeTensors.LeftBy(
            () => error = Assert.ThrowsExactly<FileNotFoundException>(() => Trainer.Train(ResNetVariant.ResNet18, null, images, null, brief with { FineTuning = new() { WeightsFile = path } })),
            networks: 1);

        Assert.Contains(path, error.Message);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Train_MoreFrozenStagesThanThereAre_NamesTheNetworksStages()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => Retrained(brief with { FineTuning = new() { From = trained, FrozenStages = 4 } }));

        Assert.Contains("FineTuning.FrozenStages must be at most 3, the stages of resnet20 (was 4)", error.Message);
    }

    [TestMethod]
    public void Faults_ContradictoryOptions_AreAllNamed()
    {
        var options = brief with
        {
            Augmentation = new(),
            FineTuning = new() { WeightsFile = " ", From = trained, HeadOnly = true, FrozenStages = -1 },
        };

        Assert.AreSequenceEqual(
            [
                "FineTuning.WeightsFile and From exclude one another (both were set)",
                "FineTuning.WeightsFile must name a file, or be null (was empty)",
                "FineTuning.FrozenStages must be at least 0, or null (was -1)",
                "FineTuning.HeadOnly freezes every stage, so FrozenStages must be null (was -1)",
                "FineTuning.HeadOnly computes each image's features once, so Augmentation must be AugmentationOptions.None",
            ],
            options.Faults());
    }
}
