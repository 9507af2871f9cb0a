namespace ResNet.Torch.Tests.Models;

[TestClass]
public class NetworkSummaryTests
{
    public static IEnumerable<object[]> Names => ResNetVariant.All.Select(v => new object[] { v.Name });

    // Deeper ones are built of the same blocks as their families' others.
    public static IEnumerable<object[]> QuicklyBuilt => ResNetVariant.All.Where(v => v.Depths.Blocks <= 40).Select(v => new object[] { v.Name });

    // torchvision.models, documentation of each weight set: "num_params" and "GFLOPS" (multiply-adds), at 224×224.
    static readonly Dictionary<string, (long Parameters, double BillionMultiplyAdds)> published = new()
    {
        ["resnet18"] = (11_689_512, 1.814),
        ["resnet34"] = (21_797_672, 3.664),
        ["resnet50"] = (25_557_032, 4.089),
        ["resnet101"] = (44_549_160, 7.801),
        ["resnet152"] = (60_192_808, 11.514),
        ["resnext50_32x4d"] = (25_028_904, 4.23),
        ["resnext101_32x8d"] = (88_791_336, 16.414),
        ["resnext101_64x4d"] = (83_455_272, 15.46),
        ["wide_resnet50_2"] = (68_883_240, 11.398),
        ["wide_resnet101_2"] = (126_886_696, 22.753),
    };

    // The reference has the counts of PyTorch's own modules.
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Of_EveryVariant_HasItsDefinitionsParametersCostsAndOutput(string name)
    {
        var expected = ReferenceFile.Read("networks-seed0.json").GetProperty("summaries").GetProperty(name);
        var size = expected.GetProperty("size").GetInt32();
        var variant = ResNetVariant.Find(name);
        using var network = new ResidualNetwork(variant);

        var summary = NetworkSummary.Of(network, size, size);

        Assert.AreEqual(expected.GetProperty("parameters").GetInt64(), variant.ParameterCount);
        Assert.AreEqual(variant.ParameterCount, network.parameters().Sum(p => p.numel()));
        Assert.AreEqual(variant.ParameterCount, summary.Parameters);
        Assert.HasCount(expected.GetProperty("layers").GetInt32(), summary.Layers);
        Assert.AreEqual(expected.GetProperty("multiply_adds").GetInt64(), summary.MultiplyAdds);
        Assert.AreEqual(expected.GetProperty("multiply_adds").GetInt64(), variant.MultiplyAdds(size, size));
        Assert.AreEqual(expected.GetProperty("activation_bytes").GetInt64(), summary.ActivationBytes);
        CollectionAssert.AreEqual(new long[] { variant.Classes }, summary.Layers[^1].OutputShape.ToArray());
        if (published.TryGetValue(name, out var figures))
        {
            Assert.AreEqual(224, size);
            Assert.AreEqual(figures.Parameters, summary.Parameters);
            Assert.AreEqual(figures.BillionMultiplyAdds, summary.MultiplyAdds / 1e9, 0.0005001);
        }
    }

    [TestMethod]
    [DynamicData(nameof(QuicklyBuilt))]
    public void MultiplyAdds_OfARowAtAnotherSize_AreThoseOfItsNetwork(string name)
    {
        var variant = ResNetVariant.Find(name) with { DilatedStages = 1 };
        var stem = variant.Stem == Stem.Small ? Stem.Standard : Stem.Small;
        using var network = new ResidualNetwork(variant, classes: 7, channels: 1, stem);

        var summary = NetworkSummary.Of(network, 33, 46);

        Assert.AreEqual(summary.MultiplyAdds, variant.MultiplyAdds(33, 46, classes: 7, channels: 1, stem));
    }

    [TestMethod]
    public void Published_Figures_CoverTorchvisionsTen() =>
        CollectionAssert.AreEquivalent(ResNetVariant.Torchvision.Select(v => v.Name).ToList(), published.Keys);

    // Worked by hand: 16 filters of 3·3·3 weights at 32·32 places, 16 weights and biases, 64·10 weights and 10 biases.
    [TestMethod]
    public void Of_ResNet20_TellsEachLayerInOrderAndLeavesTheNetworkAsItWas()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);
        network.train();

        var summary = NetworkSummary.Of(network, 32, 32);

        Assert.AreEqual(("conv1", "Conv2d", "16×32×32", 432L, 442_368L), Row(summary.Layers[0]));
        Assert.AreEqual(("bn1", "BatchNorm2d", "16×32×32", 32L, 0L), Row(summary.Layers[1]));
        Assert.AreEqual(("layer1.0.conv1", "Conv2d", "16×32×32", 2_304L, 2_359_296L), Row(summary.Layers[2]));
        Assert.AreEqual(("fc", "Linear", "10", 650L, 640L), Row(summary.Layers[^1]));
        Assert.IsTrue(network.training);
        Assert.HasCount(39, NetworkSummary.Of(network, 32, 32).Layers); // no hook stays behind
    }

    static (string, string, string, long, long) Row(LayerSummary layer) =>
        (layer.Name, layer.Kind, string.Join('×', layer.OutputShape), layer.Parameters, layer.MultiplyAdds);

    [TestMethod]
    public void ToString_OfASummary_IsATableWithTotals()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);

        var lines = NetworkSummary.Of(network, 32, 32).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.HasCount(1 + 39 + 2, lines);
        StringAssert.Matches(lines[0], new("^layer +kind +output +parameters +multiply-adds$"));
        StringAssert.Matches(lines[1], new("^conv1 +Conv2d +16×32×32 +432 +442,368$"));
        StringAssert.Matches(lines[^2], new("^total +269,722 +40,551,040$"));
        Assert.AreEqual("resnet20: 0.27 million parameters, 0.041 billion multiply-adds, 1.5 MB of activations for an image in float32", lines[^1]);
    }
}
