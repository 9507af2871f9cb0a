using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Weights;

[TestClass]
public sealed class NetworkWeightsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static ResidualNetwork Network(int classes = 3, int channels = 3, Stem stem = Stem.Small) => new(ResNetVariant.ResNet18, classes, channels, stem);

    static Dictionary<string, byte[]> Snapshot(ResidualNetwork network)
    {
        using var scope = NewDisposeScope();
        return network.state_dict().ToDictionary(w => w.Key, w => w.Value.contiguous().bytes.ToArray());
    }

    static void RequireSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        CollectionAssert.AreEquivalent(expected.Keys, actual.Keys);
        foreach (var (key, bytes) in expected)
            Assert.IsTrue(bytes.AsSpan().SequenceEqual(actual[key]), key); // CollectionAssert boxes each byte
    }

    /// <summary>Writes the network's weights as another would have them.</summary>
    string Write(ResidualNetwork network, Action<Dictionary<string, Tensor>> change, string name = "weights.safetensors")
    {
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor>(network.state_dict());
        change(weights);
        SafeTensors.Write(folder.File(name), weights);
        return folder.File(name);
    }

    [TestMethod]
    [DataRow("resnet18", 7, 1, Stem.Small)]
    [DataRow("resnet50", 2, 3, Stem.Standard)]
    [DataRow("resnet50d", 2, 4, Stem.Standard)]
    [DataRow("resnet20", 10, 3, Stem.Small)]
    [DataRow("textbook_resnet18", 10, 1, Stem.Standard)]
    [DataRow("preact_resnet18", 5, 3, Stem.Standard)]
    public void SaveAndLoad_Network_IsTheSameBitForBit(string variant, int classes, int channels, Stem stem)
    {
        using var network = new ResidualNetwork(ResNetVariant.Find(variant), classes, channels, stem);
        var path = folder.File("network.safetensors");

        network.Save(path, new Dictionary<string, string> { ["labels"] = "[\"cat\",\"dog\"]" });
        using var file = WeightFile.Open(path);
        using var loaded = ResidualNetwork.Load(file);

        Assert.AreEqual((network.Variant, classes, channels, stem), (loaded.Variant, loaded.Classes, loaded.Channels, loaded.Stem));
        Assert.AreEqual("[\"cat\",\"dog\"]", file.Metadata["labels"]);
        RequireSame(Snapshot(network), Snapshot(loaded));
    }

    [TestMethod]
    public void LoadWeights_FileThatDoesNotFit_NamesEveryKeyAndChangesNothing()
    {
        using var other = Network(channels: 1);
        using var network = Network();
        var path = Write(other, weights =>
        {
            weights.Remove("fc.weight");
            weights["head.weight"] = zeros(3);
            weights["head.bias"] = zeros(3);
        });
        var before = Snapshot(network);

        var error = Assert.ThrowsExactly<WeightMismatchException>(() => network.LoadWeights(path));

        Assert.AreEqual(
            $"{path} does not fit resnet18: 1 key missing (fc.weight), 2 not expected (head.bias, head.weight), 1 of another shape " +
            "(conv1.weight is [64,1,3,3], the network wants [64,3,3,3]). Set KeepHead to keep the network's own fc. " +
            "Set AdaptChannels to adapt the first convolution to the network's channels.",
            error.Message);
        CollectionAssert.AreEqual(new[] { "fc.weight" }, error.Report!.Missing.ToList());
        CollectionAssert.AreEqual(new[] { "conv1.weight" }, error.Report.Misshapen.Select(m => m.Key).ToList());
        RequireSame(before, Snapshot(network));
    }

    [TestMethod]
    public void LoadWeights_NotStrict_ReportsWhatIsMissingAndLoadsTheRest()
    {
        using var other = Network();
        using var network = Network();
        var path = Write(other, weights => { weights.Remove("bn1.weight"); weights["extra"] = zeros(1); });

        var report = network.LoadWeights(path, new() { Strict = false });

        CollectionAssert.AreEqual(new[] { "bn1.weight" }, report.Missing.ToList());
        CollectionAssert.AreEqual(new[] { "extra" }, report.Unexpected.ToList());
        RequireSame(Snapshot(other), Snapshot(network)); // bn1.weight is all ones in both
    }

    [TestMethod]
    public void LoadWeights_NotStrict_StillRefusesAnotherShape()
    {
        using var other = Network(classes: 5);
        using var network = Network();
        var path = Write(other, _ => { });

        var error = Assert.ThrowsExactly<WeightMismatchException>(() => network.LoadWeights(path, new() { Strict = false }));

        Assert.Contains("fc.weight is [5,512], the network wants [3,512]", error.Message);
    }

    [TestMethod]
    public void LoadWeights_WithoutBatchCounts_Fits()
    {
        using var other = Network();
        using var network = Network();
        var path = Write(other, weights =>
        {
            foreach (var key in weights.Keys.Where(k => k.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToList())
                weights.Remove(key);
        });

        var report = network.LoadWeights(path);

        Assert.IsEmpty(report.Missing);
        Assert.HasCount(20, report.Kept); // ResNet-18 has 20 batch norms
        RequireSame(Snapshot(other), Snapshot(network));
    }

    [TestMethod]
    public void LoadWeights_KeepHead_KeepsTheFreshClassifierAlone()
    {
        using var other = Network(classes: 10);
        using var network = Network();
        var path = Write(other, _ => { });
        var before = Snapshot(network);

        var report = network.LoadWeights(path, new() { KeepHead = true });

        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, report.Kept.ToList());
        var (after, expected) = (Snapshot(network), Snapshot(other));
        foreach (var key in report.Kept)
            expected[key] = before[key];
        RequireSame(expected, after);
    }

    [TestMethod]
    public void LoadWeights_KeepHeadOfTheSameClasses_LoadsTheClassifier()
    {
        using var other = Network();
        using var network = Network();
        var path = Write(other, _ => { });

        network.LoadWeights(path, new() { KeepHead = true });

        RequireSame(Snapshot(other), Snapshot(network));
    }

    // One filter over channels 1, 2, 6. One channel: their sum. Five: repeated in turn, times 3/5 (timm's adapt_input_conv).
    [TestMethod]
    [DataRow(1, new[] { 9f })]
    [DataRow(5, new[] { 0.6f, 1.2f, 3.6f, 0.6f, 1.2f })]
    [DataRow(2, new[] { 1.5f, 3f })]
    public void LoadWeights_AdaptChannels_GivesTimmsFilters(int channels, float[] expected)
    {
        using var scope = NewDisposeScope();
        using var other = Network();
        using var network = Network(channels: channels);
        var path = Write(other, weights => weights["conv1.weight"] = tensor(new[] { 1f, 2f, 6f }).reshape(1, 3, 1, 1).expand(64, 3, 3, 3));

        network.LoadWeights(path, new() { AdaptChannels = true });

        var filters = network.state_dict()["conv1.weight"];
        var actual = filters[63, TensorIndex.Colon, 2, 2].data<float>().ToArray();
        for (var i = 0; i < channels; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-6f);
    }

    [TestMethod]
    [DataRow(ScalarType.Float64)]
    [DataRow(ScalarType.Float16)]
    [DataRow(ScalarType.BFloat16)]
    public void LoadWeights_AnotherType_IsConverted(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var other = Network();
        using var network = Network();
        var path = Write(other, weights =>
        {
            foreach (var key in weights.Keys.Where(k => is_floating_point(weights[k].dtype)).ToList())
                weights[key] = full_like(weights[key], 0.375).to(type); // exact in all of them
        });

        network.LoadWeights(path);

        foreach (var (key, weight) in network.state_dict())
        {
            Assert.AreEqual(is_floating_point(weight.dtype) ? ScalarType.Float32 : ScalarType.Int64, weight.dtype, key);
            if (is_floating_point(weight.dtype))
                Assert.AreEqual((0.375f, 0.375f), (weight.min().item<float>(), weight.max().item<float>()), key);
        }
    }

    [TestMethod]
    public void LoadWeights_WholeNumbersForAWeight_AreRefused()
    {
        using var network = Network();
        var path = Write(network, weights => weights["fc.bias"] = zeros(3, dtype: ScalarType.Int8));

        Assert.Contains("fc.bias is Int8, the network wants Float32", Assert.ThrowsExactly<WeightMismatchException>(() => network.LoadWeights(path)).Message);
    }

    [TestMethod]
    public void LoadWeights_InANetwork_KeepsItsLayoutAndLeavesNothing()
    {
        using var network = Network();
        var path = Write(network, _ => { });
        var strides = network.state_dict()["layer1.0.conv1.weight"].stride();

        var left = NativeTensors.LeftBy(() => network.LoadWeights(path), networks: 0);

        Assert.AreEqual(0, left);
        CollectionAssert.AreEqual(strides, network.state_dict()["layer1.0.conv1.weight"].stride());
    }

    [TestMethod]
    public void Load_FileWithoutMetadata_SaysWhatToDo()
    {
        using var network = Network();
        var path = Write(network, _ => { });

        var error = Assert.ThrowsExactly<WeightFormatException>(() => ResidualNetwork.Load(path));

        Assert.Contains("no resnet.variant", error.Message);
        Assert.Contains("use LoadWeights", error.Message);
    }

    [TestMethod]
    public void Load_MetadataThatAsksForMoreThanTheWeights_IsRefusedBeforeANetworkIsBuilt()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("greedy.safetensors");
        SafeTensors.Write(
            path,
            new Dictionary<string, Tensor> { ["fc.weight"] = zeros(3, 512), ["conv1.weight"] = zeros(64, 3, 3, 3) },
            new Dictionary<string, string> { ["resnet.variant"] = "resnet18", ["resnet.classes"] = "2147483647", ["resnet.channels"] = "3", ["resnet.stem"] = "Small" });

        var error = Assert.ThrowsExactly<WeightFormatException>(() => ResidualNetwork.Load(path));

        Assert.Contains("resnet.classes = '2147483647'; the 3 that fc.weight has was expected", error.Message);
    }

    [TestMethod]
    public void Save_RowOfOnesOwn_IsRefusedUnlessItsWeightsAreThoseOfTheTable()
    {
        using var trained = new ResidualNetwork(ResNetVariant.ResNet18 with { DropPathRate = 0.1, StartsAsIdentity = true }, classes: 2);
        using var wider = new ResidualNetwork(ResNetVariant.ResNet18 with { Width = 32 }, classes: 2);
        var path = folder.File("network.safetensors");

        trained.Save(path);
        using var loaded = ResidualNetwork.Load(path);

        RequireSame(Snapshot(trained), Snapshot(loaded));
        Assert.Contains("'resnet18' is not as it stands in the table", Assert.ThrowsExactly<NotSupportedException>(() => wider.Save(folder.File("wider.safetensors"))).Message);
        Assert.IsFalse(File.Exists(folder.File("wider.safetensors")));
    }

    [TestMethod]
    public void Save_ReservedMetadata_IsRefused()
    {
        using var network = Network();
        var path = folder.File("reserved.safetensors");

        var error = Assert.ThrowsExactly<ArgumentException>(() => network.Save(path, new Dictionary<string, string> { ["resnet.variant"] = "mine" }));

        Assert.Contains("'resnet.variant'", error.Message);
        Assert.IsFalse(File.Exists(path));
    }

    // Seven classes, grey images and the small stem are told by the weights alone.
    [TestMethod]
    public void Fitted_WeightsOfAnotherShapeThanTheRow_BuildsTheirNetwork()
    {
        using var folder = new TemporaryFolder();
        using (var network = ResidualNetwork.Seeded(1, ResNetVariant.ResNet18, classes: 7, channels: 1, Stem.Small))
            SafeTensors.Write(folder.File("weights"), network.state_dict());
        using var file = WeightFile.Open(folder.File("weights"));

        using var fitted = ResNetVariant.ResNet18.Fitted(file);

        Assert.AreEqual((7, 1, Stem.Small), (fitted.Classes, fitted.Channels, fitted.Stem));
        Assert.Throws<WeightMismatchException>(() => ResNetVariant.ResNet20.Fitted(file));
    }
}
