namespace ResNet.Torch.Tests.Models;

[TestClass]
public class ResNetVariantTests
{
    public static IEnumerable<object[]> Names => ResNetVariant.All.Select(v => new object[] { v.Name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Create_EveryVariant_HasPublishedParameterCount(string name)
    {
        var variant = ResNetVariant.Find(name);
        using var network = new ResidualNetwork(variant);

        Assert.AreEqual(variant.ParameterCount, network.parameters().Sum(p => p.numel()));
    }

    // torchvision.models, documentation of each weight set ("num_params").
    [TestMethod]
    [DataRow("resnet18", 11_689_512L)]
    [DataRow("resnet34", 21_797_672L)]
    [DataRow("resnet50", 25_557_032L)]
    [DataRow("resnet101", 44_549_160L)]
    [DataRow("resnet152", 60_192_808L)]
    [DataRow("resnext50_32x4d", 25_028_904L)]
    [DataRow("resnext101_32x8d", 88_791_336L)]
    [DataRow("resnext101_64x4d", 83_455_272L)]
    [DataRow("wide_resnet50_2", 68_883_240L)]
    [DataRow("wide_resnet101_2", 126_886_696L)]
    public void ParameterCount_EveryVariant_IsTorchvisions(string name, long count) =>
        Assert.AreEqual(count, ResNetVariant.Find(name).ParameterCount);

    [TestMethod]
    public void All_HasTorchvisionsTen() => Assert.HasCount(10, ResNetVariant.All.Select(v => v.Name).Distinct().ToList());

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
}
