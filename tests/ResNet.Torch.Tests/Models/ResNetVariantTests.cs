namespace ResNet.Torch.Tests.Models;

[TestClass]
public class ResNetVariantTests
{
    public static IEnumerable<object[]> Names => ResNetVariant.All.Select(v => new object[] { v.Name });

    // He et al. 2015, Table 6: millions of parameters.
    [TestMethod]
    [DataRow("resnet20", 0.27)]
    [DataRow("resnet32", 0.46)]
    [DataRow("resnet44", 0.66)]
    [DataRow("resnet56", 0.85)]
    [DataRow("resnet110", 1.7)]
    [DataRow("resnet1202", 19.4)]
    public void ParameterCount_OfCifar_IsThePapers(string name, double millions) =>
        Assert.AreEqual(millions, ResNetVariant.Find(name).ParameterCount / 1e6, 0.05 * millions);

    [TestMethod]
    public void All_HasEveryFamily_UnderNamesOfItsOwn()
    {
        var names = ResNetVariant.All.Select(v => v.Name).ToList();

        // 10 of torchvision, 5 of 2015's ImageNet, 16 CIFAR, 9 pre-activated, 2 textbook, 2 refined.
        Assert.HasCount(44, names);
        Assert.HasCount(44, names.Distinct().ToList());
    }

    // Keys of the checkpoints that the usual CIFAR training script in PyTorch writes.
    [TestMethod]
    [DataRow("resnet20", "module.conv1.weight", "conv1.weight")]
    [DataRow("resnet20", "module.layer2.0.bn1.running_mean", "layer2.0.bn1.running_mean")]
    [DataRow("resnet20", "module.linear.bias", "fc.bias")]
    [DataRow("resnet20_b", "layer2.0.shortcut.1.weight", "layer2.0.downsample.1.weight")]
    [DataRow("resnet20", "fc.weight", "fc.weight")]
    [DataRow("textbook_resnet18", "0.bias", "conv1.bias")]
    [DataRow("textbook_resnet18", "1.running_var", "bn1.running_var")]
    [DataRow("textbook_resnet18", "resnet_block1.0.conv1.weight", "layer1.0.conv1.weight")]
    [DataRow("textbook_resnet18", "resnet_block4.0.conv3.bias", "layer4.0.downsample.0.bias")]
    [DataRow("textbook_resnet18", "resnet_block4.1.bn2.num_batches_tracked", "layer4.1.bn2.num_batches_tracked")]
    [DataRow("textbook_resnet18", "fc.1.weight", "fc.weight")]
    [DataRow("textbook_resnet18_unpadded", "block1.0.weight", "conv1.weight")]
    [DataRow("textbook_resnet18_unpadded", "block1.1.running_mean", "bn1.running_mean")]
    [DataRow("textbook_resnet18_unpadded", "block2.0.conv1.weight", "layer1.0.conv1.weight")]
    [DataRow("textbook_resnet18_unpadded", "block5.0.conv3.weight", "layer4.0.downsample.0.weight")]
    [DataRow("textbook_resnet18_unpadded", "classifier.weight", "fc.weight")]
    [DataRow("resnet50", "layer4.2.conv3.weight", "layer4.2.conv3.weight")]
    public void KeyOf_AFilesKey_IsOurs(string name, string fileKey, string key) =>
        Assert.AreEqual(key, ResNetVariant.Find(name).KeyOf(fileKey));

    [TestMethod]
    [DataRow("textbook_resnet18")]
    [DataRow("textbook_resnet18_unpadded")]
    [DataRow("resnet20")]
    public void KeyOf_EveryKeyOfACheckpoint_NamesEachWeightOnce(string name)
    {
        var fileKeys = ReferenceFile.Read("checkpoint-keys.json").GetProperty(name).GetString()!.Split(' ');
        var variant = ResNetVariant.Find(name);
        using var network = new ResidualNetwork(variant);
        var isCounted = fileKeys.Any(key => key.EndsWith("num_batches_tracked", StringComparison.Ordinal)); // not so in old files

        var keys = fileKeys.Select(variant.KeyOf).ToList();

        CollectionAssert.AreEquivalent(network.state_dict().Keys.Where(key => isCounted || !key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToList(), keys);
    }

    // timm's names for the same parts (timm.models.resnet).
    [TestMethod]
    [DataRow("resnet50d", "conv1.0.weight conv1.1.running_mean conv1.3.weight conv1.4.bias conv1.6.weight bn1.weight layer1.0.downsample.1.weight layer4.0.downsample.2.bias")]
    [DataRow("seresnet50", "layer1.0.se.fc1.weight layer1.0.se.fc1.bias layer4.2.se.fc2.weight layer4.2.se.fc2.bias")]
    public void Create_ARefinedRow_HasTimmsKeys(string name, string keys)
    {
        using var network = new ResidualNetwork(ResNetVariant.Find(name), classes: 2);

        CollectionAssert.IsSubsetOf(keys.Split(' '), network.state_dict().Keys);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void KeyOf_OurOwnKeys_LeavesThem(string name)
    {
        var variant = ResNetVariant.Find(name) with { Depths = new(1, 1, 1, Math.Min(1, ResNetVariant.Find(name).Depths.Layer4)), Groups = 1, WidthPerGroup = 64, Width = 16 };
        using var network = new ResidualNetwork(variant);

        foreach (var key in network.state_dict().Keys)
            Assert.AreEqual(key, variant.KeyOf(key));
    }

    [TestMethod]
    public void Create_SwitchesThatContradict_NamesEveryFault()
    {
        var variant = ResNetVariant.Plain20 with { StartsAsIdentity = true, DropPathRate = 1, DilatedStages = 3, Groups = 2 };

        var error = Assert.ThrowsExactly<ArgumentException>(() => new ResidualNetwork(variant));

        foreach (var fault in new[] { "plain20", "need shortcuts", "DropPathRate must be", "was 1)", "DilatedStages must be 0 to 2 (was 3)", "bottlenecks only" })
            Assert.Contains(fault, error.Message);
    }

    [TestMethod]
    public void Find_UnknownName_ListsTheNames()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => ResNetVariant.Find("resnet51"));

        Assert.Contains("'resnet51'", error.Message);
        Assert.Contains("resnet18, resnet34, resnet50", error.Message);
    }

    [TestMethod]
    [DataRow(28, 28, Stem.Small)]
    [DataRow(224, 63, Stem.Small)]
    [DataRow(64, 64, Stem.Standard)]
    public void StemFor_Size_IsSmallBelow64(int height, int width, Stem expected) =>
        Assert.AreEqual(expected, ResNetVariant.StemFor(height, width));

    [TestMethod]
    [DataRow("resnet18", 32, Stem.Small)]
    [DataRow("resnet18", 224, Stem.Standard)]
    [DataRow("resnet20", 32, Stem.Small)]
    [DataRow("resnet20", 224, Stem.Small)]
    public void StemAt_Size_KeepsTheSmallStemOfASmallRow(string name, int size, Stem expected) =>
        Assert.AreEqual(expected, ResNetVariant.Find(name).StemAt(size, size));
}
