using System.IO.Compression;
using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.TorchScript;

/// <summary>Archives in libtorch's own <c>torch.jit.load</c>.</summary>
[TestClass]
public sealed class TorchScriptExportTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Names => Networks.Names;

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Save_EveryVariant_GivesTheNetworksLogits(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build(name);
        var path = folder.File("network.pt");
        var images = Networks.Images();

        TorchScriptExport.Save(network, path);

        Networks.AssertAgree(Networks.Logits(network, images), Run(path, images));
    }

    [TestMethod]
    public void Save_TorchvisionsRow_HasTheKeysAndValuesOfTheStateDictionary()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build("resnet18");
        TorchScriptExport.Save(network, folder.File("network.pt"));

        using var module = jit.load<Tensor, Tensor>(folder.File("network.pt"));

        var stored = module.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(module.named_buffers().Select(b => (b.name, b.buffer))).ToDictionary();
        var expected = network.state_dict();
        CollectionAssert.AreEquivalent(expected.Keys.ToList(), stored.Keys.ToList());
        foreach (var (name, values) in expected)
        {
            CollectionAssert.AreEqual(values.shape, stored[name].shape, name);
            Assert.IsTrue(values.eq(stored[name]).all().item<bool>(), name);
        }
    }

    [TestMethod]
    public void Save_NetworkInTraining_WritesOneThatScores_AndLeavesItInTraining()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build("resnet20_b");
        var images = Networks.Images();
        var expected = Networks.Logits(network, images);
        network.train();

        TorchScriptExport.Save(network, folder.File("network.pt"));

        Networks.AssertAgree(expected, Run(folder.File("network.pt"), images));
        Assert.IsTrue(network.training);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(3, ChannelOrder.Bgr)]
    public void ExportTorchScript_PixelsToProbabilities_GivesTheClassifiersScores(int channels, ChannelOrder order = ChannelOrder.Rgb)
    {
        using var scope = NewDisposeScope();
        var preset = ImagePreset.ImageNet(45, 37, channels) with { ChannelOrder = order };
        using var classifier = new ImageClassifier(Networks.Build("resnet20", channels: channels), preset, [.. "abcdefghij".Select(letter => $"{letter}")]);
        var pixels = new byte[2 * preset.ImageBytes];
        new Random(5).NextBytes(pixels);

        classifier.ExportTorchScript(folder.File("classifier.pt"), new() { TakesPixels = true, GivesProbabilities = true });

        var images = tensor(pixels).reshape(2, 45, 37, channels).permute(0, 3, 1, 2);
        Networks.AssertAgree(classifier.Score(pixels), Run(folder.File("classifier.pt"), images));
    }

    [TestMethod]
    public void ExportTorchScript_OfAClassifier_SaysWhatItIs()
    {
        using var classifier = new ImageClassifier(Networks.Build("resnet20", classes: 2), ImagePreset.ImageNet(24, 20), ["é \"q\"", "猫"]);
        classifier.ExportTorchScript(folder.File("classifier.pt"), new() { ExtraFiles = new Dictionary<string, string> { ["licence/LICENSE.txt"] = "MIT" } });

        using var archive = ZipFile.OpenRead(folder.File("classifier.pt"));

        string Text(string name)
        {
            using var reader = new StreamReader(archive.GetEntry($"archive/extra/{name}")!.Open());
            return reader.ReadToEnd();
        }
        using var network = JsonDocument.Parse(Text("network.json"));
        using var preset = JsonDocument.Parse(Text("preset.json"));
        Assert.AreEqual(("resnet20", 2, 3), (network.RootElement.GetProperty("variant").GetString(), network.RootElement.GetProperty("classes").GetInt32(), network.RootElement.GetProperty("channels").GetInt32()));
        Assert.AreEqual(("normalized", "logits"), (network.RootElement.GetProperty("takes").GetString(), network.RootElement.GetProperty("gives").GetString()));
        Assert.AreEqual((24, 20), (preset.RootElement.GetProperty("Height").GetInt32(), preset.RootElement.GetProperty("Width").GetInt32()));
        CollectionAssert.AreEqual(new[] { "é \"q\"", "猫" }, JsonSerializer.Deserialize<string[]>(Text("class_names.json")));
        Assert.AreEqual("MIT", Text("licence/LICENSE.txt"));
    }

    [TestMethod]
    public void ExportTorchScript_DisposedClassifier_SaysSo()
    {
        var classifier = new ImageClassifier(Networks.Build("resnet20", classes: 1), ImagePreset.ImageNet(8, 8), ["one"]);
        classifier.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => classifier.ExportTorchScript(folder.File("classifier.pt")));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Save_OverAnotherFile_ReplacesIt()
    {
        using var network = Networks.Build("resnet20");
        var path = folder.File("network.pt", new byte[4 << 20]);

        TorchScriptExport.Save(network, path);

        using var module = jit.load<Tensor, Tensor>(path);
        Assert.IsLessThan(2 << 20, new FileInfo(path).Length);
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Save_Twice_GivesTheSameBytes()
    {
        using var network = Networks.Build("resnet20");

        TorchScriptExport.Save(network, folder.File("first.pt"));
        TorchScriptExport.Save(network, folder.File("second.pt"));

        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("first.pt")), File.ReadAllBytes(folder.File("second.pt")));
    }

    [TestMethod]
    public void Save_LeavesNoTensorBehind()
    {
        using var network = Networks.Build("resnet18");

        Assert.AreEqual(0, NativeTensors.LeftBy(() => TorchScriptExport.Save(network, folder.File("network.pt")), networks: 0));
    }

    [TestMethod]
    public void Save_OptionsThatContradictTheNetwork_NamesEveryFault()
    {
        using var network = Networks.Build("resnet20");
        var options = new TorchScriptExportOptions
        {
            Preset = new(8, 8, [0.5f], [0]),
            ClassNames = ["one"],
            ExtraFiles = new Dictionary<string, string> { ["../up.txt"] = "", ["preset.json"] = "" },
        };

        var message = Assert.ThrowsExactly<ArgumentException>(() => TorchScriptExport.Save(network, folder.File("network.pt"), options)).Message;

        Assert.Contains("each of the network's 3 channels (has 1 and 1)", message);
        Assert.Contains("deviations above 0 (has 0.5 and 0)", message);
        Assert.Contains("each of the network's 10 classes (has 1)", message);
        Assert.Contains("relative paths with forward slashes (has '../up.txt')", message);
        Assert.Contains("cannot have 'preset.json'", message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Save_PixelsWithoutAPreset_SaysWhatIsMissing()
    {
        using var network = Networks.Build("resnet20");

        Assert.Contains("TakesPixels needs a Preset", Assert.ThrowsExactly<ArgumentException>(() => TorchScriptExport.Save(network, folder.File("network.pt"), new() { TakesPixels = true })).Message);
    }

    [TestMethod]
    public void Save_WhereNoFileCanBe_ThrowsAndLeavesNothing()
    {
        using var network = Networks.Build("resnet20");
        var isFolder = Directory.CreateDirectory(folder.File("folder")).FullName;

        Assert.ThrowsExactly<DirectoryNotFoundException>(() => TorchScriptExport.Save(network, Path.Combine(folder.Path, "missing", "network.pt")));
        var refused = Assert.Throws<Exception>(() => TorchScriptExport.Save(network, isFolder));

        Assert.IsTrue(refused is IOException or UnauthorizedAccessException, refused.GetType().Name);
        CollectionAssert.AreEqual(new[] { isFolder }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void WeightFileOpen_AnArchive_SaysThatItIsAProgram()
    {
        using var network = Networks.Build("resnet20");
        TorchScriptExport.Save(network, folder.File("network.pt"));

        Assert.Contains("a TorchScript archive, which is a program", Assert.ThrowsExactly<WeightFormatException>(() => WeightFile.Open(folder.File("network.pt"))).Message);
    }

    static float[] Run(string path, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var module = jit.load<Tensor, Tensor>(path);
        return module.call(images).data<float>().ToArray();
    }
}
