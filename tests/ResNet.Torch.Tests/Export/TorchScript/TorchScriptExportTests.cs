using System.IO.Compression;
using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.TorchScript;

/// <summary>Archives in libtorch's own <c>torch.jit.load</c>.</summary>
[TestClass]
public sealed class TorchScriptExportTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Combinations => Networks.Combinations;

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Combinations))]
    public void ExportTorchScript_SwitchesTogether_AgreesWithTheNetwork(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build(name);
        var path = folder.File("network.pt");
        var images = Networks.Images();

        network.ExportTorchScript(path, Networks.Preset());

        Networks.AssertAgree(Networks.Logits(network, images), Run(path, images));
    }

    [TestMethod]
    public void ExportTorchScript_TorchvisionsRow_HasTheKeysAndValuesOfTheStateDictionary()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build("resnet18");
        network.ExportTorchScript(folder.File("network.pt"), Networks.Preset());

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
    public void ExportTorchScript_NetworkInTraining_WritesOneThatScores_AndLeavesItInTraining()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build("resnet20_b");
        var images = Networks.Images();
        var expected = Networks.Logits(network, images);
        network.train();

        network.ExportTorchScript(folder.File("network.pt"), Networks.Preset());

        Networks.AssertAgree(expected, Run(folder.File("network.pt"), images));
        Assert.IsTrue(network.training);
    }

    [TestMethod]
    [DataRow(ExportInput.Pixels, 3)]
    [DataRow(ExportInput.InterleavedBytes, 3)]
    [DataRow(ExportInput.Pixels, 1)]
    [DataRow(ExportInput.InterleavedBytes, 1)]
    [DataRow(ExportInput.Pixels, 3, ChannelOrder.Bgr)]
    public void ExportTorchScript_PreprocessingInside_ScoresPixelsAsTheClassifier(ExportInput input, int channels, ChannelOrder order = ChannelOrder.Rgb)
    {
        using var scope = NewDisposeScope();
        var preset = Networks.Preset(channels) with { ChannelOrder = order };
        using var classifier = new ImageClassifier(Networks.Build("resnet20", channels: channels), preset, [.. "abcdefghij".Select(letter => $"{letter}")]);
        var pixels = new byte[2 * preset.ImageBytes];
        new Random(5).NextBytes(pixels);

        classifier.ExportTorchScript(folder.File("classifier.pt"), new() { Input = input, Output = ExportOutput.Probabilities });

        var interleaved = tensor(pixels).reshape(2, 45, 37, channels);
        var images = input == ExportInput.InterleavedBytes ? interleaved : interleaved.permute(0, 3, 1, 2);
        var expected = classifier.Score(pixels);
        Networks.AssertAgree(expected, Run(folder.File("classifier.pt"), images));
        Networks.AssertAgree(expected, Run(folder.File("classifier.pt"), images.to(ScalarType.Float32)));
        foreach (var row in expected.Chunk(10))
            Assert.AreEqual(1, row.Sum(), 1e-5);
    }

    public static IEnumerable<object[]> FeatureStages =>
        from name in new[] { "resnet50d", "preact_resnet18", "resnet20" }
        from stage in Enumerable.Range(1, ResNetVariant.Find(name).Depths.Stages)
        from isPooled in new[] { false, true }
        select new object[] { name, stage, isPooled };

    [TestMethod]
    [DynamicData(nameof(FeatureStages))]
    public void ExportTorchScript_FeaturesOfAStage_AreTheNetworks(string name, int stage, bool isPooled)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using var network = Networks.Build(name);
        var images = Networks.Images();
        network.ExportTorchScript(folder.File("network.pt"), Networks.Preset(), new() { FeatureStage = stage, PoolFeatures = isPooled });

        using var module = jit.load<Tensor, (Tensor, Tensor)>(folder.File("network.pt"));
        var (logits, actual) = module.call(images);

        var features = network.Features(images, stage)[0];
        var expected = !isPooled ? features : stage == network.Variant.Depths.Stages ? network.PooledFeatures(images) : features.mean([2, 3]);
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(expected.Values(), actual.Values()));
        Networks.AssertAgree(Networks.Logits(network, images), logits.Values());
    }

    [TestMethod]
    public void ExportTorchScript_OfAClassifier_SaysWhatItIs()
    {
        using var classifier = new ImageClassifier(Networks.Build("resnet20", classes: 2), ImagePreset.ImageNet(24, 20), ["é \"q\"", "猫"]);
        classifier.ExportTorchScript(folder.File("classifier.pt"), new()
        {
            Input = ExportInput.InterleavedBytes,
            Output = ExportOutput.Probabilities,
            Source = "https://example.org/weights",
            ExtraFiles = new Dictionary<string, string> { ["licence/LICENSE.txt"] = "MIT" },
        });

        using var archive = ZipFile.OpenRead(folder.File("classifier.pt"));

        string Text(string name)
        {
            using var reader = new StreamReader(archive.GetEntry($"archive/extra/{name}")!.Open());
            return reader.ReadToEnd();
        }
        var version = typeof(ResidualNetwork).Assembly.GetName().Version!.ToString(3);
        Assert.AreEqual(
            $$"""{"variant":"resnet20","classes":2,"channels":3,"stem":"Small","takes":"interleaved_bytes","gives":"probabilities","source":"https://example.org/weights","producer":"ResNet.Torch {{version}}"}""",
            Text("network.json"));
        using var preset = JsonDocument.Parse(Text("preset.json"));
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
    public void ExportTorchScript_OverAnotherFile_ReplacesIt()
    {
        using var network = Networks.Build("resnet20");
        var path = folder.File("network.pt", new byte[4 << 20]);

        network.ExportTorchScript(path, Networks.Preset());

        using var module = jit.load<Tensor, Tensor>(path);
        Assert.IsLessThan(2 << 20, new FileInfo(path).Length);
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void ExportTorchScript_Twice_GivesTheSameBytes()
    {
        using var network = Networks.Build("resnet20");

        network.ExportTorchScript(folder.File("first.pt"), Networks.Preset());
        network.ExportTorchScript(folder.File("second.pt"), Networks.Preset());

        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("first.pt")), File.ReadAllBytes(folder.File("second.pt")));
    }

    [TestMethod]
    public void ExportTorchScript_LeavesNoTensorBehind()
    {
        using var network = Networks.Build("resnet18");

        Assert.AreEqual(0, NativeTensors.LeftBy(() => network.ExportTorchScript(folder.File("network.pt"), Networks.Preset()), networks: 0));
    }

    [TestMethod]
    public void ExportTorchScript_OfANetwork_SaysWhatIsKnown()
    {
        using var network = Networks.Build("resnet20");
        network.ExportTorchScript(folder.File("network.pt"), Networks.Preset(), new() { FeatureStage = 2 });

        using var archive = ZipFile.OpenRead(folder.File("network.pt"));

        using var reader = new StreamReader(archive.GetEntry("archive/extra/network.json")!.Open());
        Assert.Contains("""
            "stem":"Small","takes":"normalized","gives":"logits","feature_stage":2,"producer":
            """, reader.ReadToEnd());
        Assert.IsNotNull(archive.GetEntry("archive/extra/preset.json"));
        Assert.IsNull(archive.GetEntry("archive/extra/class_names.json"));
    }

    [TestMethod]
    public void ExportTorchScript_OptionsThatDoNotFit_NamesEveryFault()
    {
        using var network = Networks.Build("resnet20");
        var options = new TorchScriptExportOptions
        {
            Input = (ExportInput)9,
            Output = (ExportOutput)8,
            FeatureStage = 4,
            ExtraFiles = new Dictionary<string, string> { ["../up.txt"] = "", ["preset.json"] = "" },
        };

        var message = Assert.ThrowsExactly<ArgumentException>(() => network.ExportTorchScript(folder.File("network.pt"), new(8, 8, [0.5f], [0]), options)).Message;

        Assert.StartsWith("TorchScriptExportOptions: Input must be one of Normalized, Pixels, InterleavedBytes (was 9); Output must be one of Logits, Probabilities (was 8)", message);
        Assert.Contains("relative paths with forward slashes (has '../up.txt')", message);
        Assert.Contains("cannot have 'preset.json'", message);
        Assert.Contains("images with 3 channels, as resnet20 takes them (was 8×8 with 1 mean and 1 deviation)", message);
        Assert.Contains("deviations above 0 (were 0.5 and 0)", message);
        Assert.Contains("FeatureStage must be at most 3, the stages of resnet20 (was 4)", message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void ExportTorchScript_WithoutAPreset_SaysSo()
    {
        using var network = Networks.Build("resnet20");

        Assert.AreEqual("preset", Assert.ThrowsExactly<ArgumentNullException>(() => network.ExportTorchScript(folder.File("network.pt"), null!)).ParamName);
    }

    [TestMethod]
    public void ExportTorchScript_WhereNoFileCanBe_ThrowsAndLeavesNothing()
    {
        using var network = Networks.Build("resnet20");
        var isFolder = Directory.CreateDirectory(folder.File("folder")).FullName;

        Assert.ThrowsExactly<DirectoryNotFoundException>(() => network.ExportTorchScript(Path.Combine(folder.Path, "missing", "network.pt"), Networks.Preset()));
        var refused = Assert.Throws<Exception>(() => network.ExportTorchScript(isFolder, Networks.Preset()));

        Assert.IsTrue(refused is IOException or UnauthorizedAccessException, refused.GetType().Name);
        CollectionAssert.AreEqual(new[] { isFolder }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void WeightFileOpen_AnArchive_SaysThatItIsAProgram()
    {
        using var network = Networks.Build("resnet20");
        network.ExportTorchScript(folder.File("network.pt"), Networks.Preset());

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
