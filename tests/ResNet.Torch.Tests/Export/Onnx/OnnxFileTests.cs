using System.Text;
using System.Text.Json;
using static ResNet.Torch.Tests.Export.TrainedNetworks;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.Onnx;

/// <summary>An exported file: what it says of itself, how it is written, and what that leaves behind.</summary>
[TestClass]
public sealed class OnnxFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [TestMethod]
    public void ExportOnnx_OfAClassifier_HasNamesAndMetadata()
    {
        string[] classNames = ["cat", "c \"d\"", "é", "猫"];
        using var classifier = Classifier(ResNetVariant.ResNet20, TrainedNetworks.Images(Stem.Small), classNames);
        var path = folder.File("classifier.onnx");
        classifier.ExportOnnx(path, new() { InputName = "Pixels", OutputName = "Score", FeatureStage = 1, FeaturesName = "Edges", Source = "https://example.org/weights", HasSlotNames = true });
        using var model = new OnnxModel(path);

        CollectionAssert.AreEqual(new[] { "Pixels" }, model.Inputs.Keys.ToList());
        CollectionAssert.AreEqual(new[] { "Score", "Edges" }, model.Outputs.Keys.ToList());
        Assert.AreEqual("ResNet.Torch", model.Metadata.ProducerName);
        Assert.AreEqual("resnet20", model.Metadata.GraphName);
        var metadata = model.Metadata.CustomMetadataMap;
        Assert.AreEqual("resnet20", metadata["resnet.variant"]);
        Assert.AreEqual(("Normalized", "Logits"), (metadata["resnet.input"], metadata["resnet.output"]));
        Assert.AreEqual("https://example.org/weights", metadata["source"]);
        CollectionAssert.AreEqual(classNames, JsonSerializer.Deserialize<string[]>(metadata["class_names"]));
        var preset = JsonSerializer.Deserialize<ImagePreset>(metadata["preset"])!;
        Assert.AreEqual((18, 14), (preset.Height, preset.Width));
        CollectionAssert.AreEqual(classifier.Preset.Mean.ToList(), preset.Mean.ToList());
    }

    [TestMethod]
    public void ExportOnnx_WithoutFolding_KeepsEveryWeightUnderItsKey()
    {
        var images = TrainedNetworks.Images(Stem.Standard);
        using var network = TrainedNetworks.Trained(ResNetVariant.ResNet50D with { SqueezeReduction = 16, Width = 16 }, images, classes: 2);
        using var stream = new MemoryStream();

        OnnxExport.Write(stream, network, TrainedNetworks.PresetOf(images), classNames: null, new() { FoldBatchNorm = false });

        // A tensor's name is field 8 of TensorProto: tag 0x42, its length, its letters.
        var file = Encoding.Latin1.GetString(stream.ToArray());
        foreach (var key in network.state_dict().Keys.Where(key => !key.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
            Assert.Contains($"\x42{(char)key.Length}{key}", file, key);
    }

    [TestMethod]
    public void ExportOnnx_OfAFile_ReplacesItWhole()
    {
        using var classifier = Classifier(ResNetVariant.ResNet20, TrainedNetworks.Images(Stem.Small), "a", "b");
        var path = folder.File("classifier.onnx", "old"u8);

        Assert.ThrowsExactly<ArgumentException>(() => classifier.ExportOnnx(path, new() { InputName = "layer1.0.conv1" }));
        Assert.AreEqual("old", File.ReadAllText(path));

        classifier.ExportOnnx(path);
        using var model = new OnnxModel(path);
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void ExportOnnx_FolderThatIsNotThere_Throws()
    {
        using var classifier = Classifier(ResNetVariant.ResNet20, TrainedNetworks.Images(Stem.Small), "a", "b");

        Assert.ThrowsExactly<DirectoryNotFoundException>(() => classifier.ExportOnnx(Path.Combine(folder.Path, "none", "classifier.onnx")));
    }

    [TestMethod]
    public void ExportOnnx_OfADisposedClassifier_SaysSo()
    {
        var classifier = Classifier(ResNetVariant.ResNet20, TrainedNetworks.Images(Stem.Small), "a", "b");
        classifier.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => classifier.ExportOnnx(folder.File("classifier.onnx")));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ExportOnnx_LeavesNoTensors(bool isFolded)
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet50D with { SqueezeReduction = 16, Shortcut = ShortcutKind.PaddedIdentity, Width = 16 }, classes: 2);

        var left = NativeTensors.LeftBy(
            () => OnnxExport.Write(Stream.Null, network, ImagePreset.ImageNet(64, 64), ["a", "b"], new() { FoldBatchNorm = isFolded, Input = ExportInput.Pixels, HasSlotNames = true }),
            networks: 0);

        Assert.AreEqual(0, left);
    }
}
