using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.Onnx;

[TestClass]
public sealed class OnnxExportTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    static ImageClassifier Classifier(ResNetVariant variant, Tensor images, params string[] classNames) => new(
        TrainedNetworks.Trained(variant, images, classNames.Length),
        new((int)images.shape[2], (int)images.shape[3], [.. Enumerable.Range(1, (int)images.shape[1]).Select(i => 0.2f * i)], [.. Enumerable.Range(1, (int)images.shape[1]).Select(i => 0.1f * i)]),
        classNames);

    OnnxModel Export(ResidualNetwork network, Tensor images, OnnxExportOptions options)
    {
        var path = folder.File("network.onnx");
        network.ExportOnnx(path, TrainedNetworks.PresetOf(images), options);
        return new(path);
    }

    static void AssertEqual(Tensor expected, (long[] Shape, float[] Values) actual)
    {
        CollectionAssert.AreEqual(expected.shape, actual.Shape);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(expected.Values(), actual.Values));
    }

    // Switches that no row of the table has, or has together.
    static readonly ResNetVariant[] combinations =
    [
        ResNetVariant.ResNet50 with { DilatedStages = 2, Width = 16 },
        ResNetVariant.ResNet18 with { DilatedStages = 1, Width = 16, Stem = Stem.Small, HasDeepStem = true, SqueezeReduction = 4, DropPathRate = 0.5 },
        ResNetVariant.ResNet50D with { HasStemPadding = false, Width = 16, ActivatesBeforeAddition = true, StridesIn1x1 = true, Groups = 2 },
        ResNetVariant.ResNet18 with { Shortcut = ShortcutKind.PooledProjection, Width = 16, HasConvolutionBias = true, NormEpsilon = 0.1 },
        ResNetVariant.ResNet50 with { Shortcut = ShortcutKind.PaddedIdentity, Width = 16 },
        ResNetVariant.ResNet50 with { Shortcut = ShortcutKind.None, Width = 16 },
        ResNetVariant.PreActResNet50 with { HasConvolutionBias = true, Width = 16, SqueezeReduction = 16, Shortcut = ShortcutKind.PooledProjection },
        ResNetVariant.PreActResNet18 with { Shortcut = ShortcutKind.PaddedIdentity, Width = 15 },
        ResNetVariant.PreActResNet18 with { Shortcut = ShortcutKind.None, Width = 16, HasDeepStem = true },
    ];

    public static IEnumerable<object[]> Combinations => combinations.SelectMany((_, i) => new object[][] { [i, true], [i, false] });

    [TestMethod]
    [DynamicData(nameof(Combinations))]
    public void ExportOnnx_SwitchesTogether_AgreesWithTheNetwork(int combination, bool isFolded)
    {
        var variant = combinations[combination];
        var images = TrainedNetworks.Images(variant.Stem);
        using var network = TrainedNetworks.Trained(variant, images, classes: 7);
        using var model = Export(network, images, new() { FoldBatchNorm = isFolded });

        AssertEqual(network.call(images), model.Run(images.Values(), images.shape)["logits"]);
    }

    [TestMethod]
    public void ExportOnnx_FreeBatch_TakesAnyNumberOfImages()
    {
        var images = TrainedNetworks.Images(Stem.Small);
        using var network = TrainedNetworks.Trained(ResNetVariant.ResNet20, images);
        using var model = Export(network, images, new());

        Assert.AreEqual("batch", model.Inputs["input"].SymbolicDimensions[0]);
        CollectionAssert.AreEqual(new[] { -1, 10 }, model.Outputs["logits"].Dimensions);
        foreach (var batch in new[] { images[..1], cat([images, images, images]) })
            AssertEqual(network.call(batch), model.Run(batch.Values(), batch.shape)["logits"]);
    }

    [TestMethod]
    public void ExportOnnx_FixedBatch_TakesThatManyImages()
    {
        var images = TrainedNetworks.Images(Stem.Small);
        using var network = TrainedNetworks.Trained(ResNetVariant.ResNet20, images);
        using var model = Export(network, images, new() { BatchSize = 2 });

        CollectionAssert.AreEqual(new[] { 2, 3, 18, 14 }, model.Inputs["input"].Dimensions);
        CollectionAssert.AreEqual(new[] { 2, 10 }, model.Outputs["logits"].Dimensions);
        AssertEqual(network.call(images), model.Run(images.Values(), images.shape)["logits"]);
        Assert.Throws<Microsoft.ML.OnnxRuntime.OnnxRuntimeException>(() => model.Run(images[..1].Values(), 1, 3, 18, 14));
    }

    [TestMethod]
    [DataRow(13)]
    [DataRow(14)]
    [DataRow(15)]
    [DataRow(16)]
    public void ExportOnnx_OlderOpset_GivesTheSame(int opset)
    {
        var images = TrainedNetworks.Images(Stem.Small);
        using var network = TrainedNetworks.Trained(ResNetVariant.ResNet20, images);
        using var model = Export(network, images, new() { Opset = opset, FoldBatchNorm = false, Output = ExportOutput.Probabilities });

        AssertEqual(network.call(images).softmax(1), model.Run(images.Values(), images.shape)["probabilities"]);
    }

    [TestMethod]
    [DataRow(ExportInput.Pixels, 3)]
    [DataRow(ExportInput.InterleavedBytes, 3)]
    [DataRow(ExportInput.Pixels, 1)]
    [DataRow(ExportInput.InterleavedBytes, 1)]
    [DataRow(ExportInput.Pixels, 3, ChannelOrder.Bgr)]
    [DataRow(ExportInput.InterleavedBytes, 3, ChannelOrder.Bgr)]
    public void ExportOnnx_PreprocessingInside_ScoresPixelsAsTheClassifier(ExportInput input, int channels, ChannelOrder order = ChannelOrder.Rgb)
    {
        using var rgb = Classifier(ResNetVariant.ResNet20, TrainedNetworks.Images(Stem.Small, channels), "a", "b", "c", "d");
        using var classifier = new ImageClassifier(rgb.Network, rgb.Preset with { ChannelOrder = order }, rgb.ClassNames);
        var path = folder.File("classifier.onnx");
        classifier.ExportOnnx(path, new() { Input = input, Output = ExportOutput.Probabilities });
        using var model = new OnnxModel(path);
        var pixels = new byte[3 * classifier.Preset.ImageBytes];
        new Random(5).NextBytes(pixels);
        var (height, width) = (classifier.Preset.Height, classifier.Preset.Width);

        var (shape, scores) = input == ExportInput.InterleavedBytes
            ? model.Run(pixels, 3, height, width, channels)["probabilities"]
            : model.Run(tensor(pixels).view(3, height, width, channels).permute(0, 3, 1, 2).to(ScalarType.Float32).Values(), 3, channels, height, width)["probabilities"];

        CollectionAssert.AreEqual(new long[] { 3, 4 }, shape);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(classifier.Score(pixels), scores));
        foreach (var row in scores.Chunk(4))
            Assert.AreEqual(1, row.Sum(), 1e-5);
    }

    public static IEnumerable<object[]> FeatureStages =>
        from name in new[] { "resnet50d", "textbook_resnet18_unpadded", "preact_resnet18", "resnet20" }
        from stage in Enumerable.Range(1, ResNetVariant.Find(name).Depths.Stages)
        from isPooled in new[] { false, true }
        select new object[] { name, stage, isPooled };

    [TestMethod]
    [DynamicData(nameof(FeatureStages))]
    public void ExportOnnx_FeaturesOfAStage_AreTheNetworks(string name, int stage, bool isPooled)
    {
        var variant = ResNetVariant.Find(name) with { Width = 16 };
        var images = TrainedNetworks.Images(variant.Stem);
        using var network = TrainedNetworks.Trained(variant, images, classes: 5);
        using var model = Export(network, images, new() { BatchSize = 2, FeatureStage = stage, PoolFeatures = isPooled });

        var results = model.Run(images.Values(), images.shape);

        var features = network.Features(images, stage)[0];
        var expected = !isPooled ? features : stage == variant.Depths.Stages ? network.PooledFeatures(images) : features.mean([2, 3]);
        AssertEqual(expected, results["features"]);
        AssertEqual(network.call(images), results["logits"]);
        CollectionAssert.AreEqual(expected.shape, model.Outputs["features"].Dimensions.Select(side => (long)side).ToArray());
    }

    [TestMethod]
    [DataRow("preact_resnet18", 4)]
    [DataRow("preact_resnet18", 2)]
    [DataRow("resnet20", 1)]
    public void ExportOnnx_FeaturesAlone_HasNothingBehindThem(string name, int stage)
    {
        var variant = ResNetVariant.Find(name) with { Width = 16 };
        var images = TrainedNetworks.Images(variant.Stem);
        using var network = TrainedNetworks.Trained(variant, images, classes: 5);
        using var model = Export(network, images, new() { OutputName = "fc", OnlyFeaturesOf = stage });

        var results = model.Run(images.Values(), images.shape);

        CollectionAssert.AreEqual(new[] { "fc" }, results.Keys);
        AssertEqual(network.PooledFeatures(images, stage), results["fc"]);
        var weights = network.named_parameters().Where(p => p.name.Split('.')[0] is var part && part != "fc" && !(part.StartsWith("layer", StringComparison.Ordinal) && part[5] - '0' > stage));
        Assert.AreEqual(4.0 * weights.Sum(p => p.parameter.numel()), new FileInfo(folder.File("network.onnx")).Length, delta: 60_000);
    }

    [TestMethod]
    [DataRow(ExportOutput.Logits)]
    [DataRow(ExportOutput.Probabilities)]
    public void ExportOnnx_WithoutBatchDimension_GivesVectors(ExportOutput output)
    {
        var images = TrainedNetworks.Images(Stem.Small)[..1];
        using var network = TrainedNetworks.Trained(ResNetVariant.ResNet20, images);
        using var model = Export(network, images, new() { BatchSize = 1, HasBatchDimension = false, Output = output, OutputName = "Score", FeatureStage = 3, PoolFeatures = true });

        var results = model.Run(images.Values(), images.shape);

        var logits = network.call(images)[0];
        AssertEqual(output == ExportOutput.Logits ? logits : logits.softmax(0), results["Score"]);
        AssertEqual(network.PooledFeatures(images)[0], results["features"]);
        CollectionAssert.AreEqual(new[] { 10 }, model.Outputs["Score"].Dimensions);
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
    public void ExportOnnx_InTraining_WritesTheEvalModeAndLeavesTheNetworkAsItIs()
    {
        var images = TrainedNetworks.Images(Stem.Small);
        using var network = TrainedNetworks.Trained(ResNetVariant.ResNet20, images);
        var expected = network.call(images);
        network.train();
        using var model = Export(network, images, new());

        Assert.IsTrue(network.training);
        AssertEqual(expected, model.Run(images.Values(), images.shape)["logits"]);
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
    public void ExportOnnx_OptionsThatDoNotFit_NamesEveryFault()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);
        var options = new OnnxExportOptions { Opset = 18, BatchSize = 0, Input = (ExportInput)9, Output = (ExportOutput)8, FeatureStage = 4, HasBatchDimension = false, OutputName = "features", HasSlotNames = true };

        var error = Assert.ThrowsExactly<ArgumentException>(() => network.ExportOnnx(folder.File("network.onnx"), ImagePreset.ImageNet(8, 8, 1), options));

        foreach (var fault in new[]
        {
            "OnnxExportOptions: Input must be one of Normalized, Pixels, InterleavedBytes (was 9); Output must be one of Logits, Probabilities (was 8)",
            "Opset must be 13 to 17 (was 18); BatchSize must be at least 1, or null (was 0)", "HasBatchDimension can be false for a BatchSize of 1 alone (was 0)",
            "must differ (were 'input', 'features' and 'features')", "images with 3 channels, as resnet20 takes them (was 8×8 with 1 means and 1 deviations)",
            "FeatureStage must be at most 3, the stages of resnet20 (was 4)", "HasSlotNames needs class names",
        })
        {
            Assert.Contains(fault, error.Message);
        }
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void ExportOnnx_PresetWithoutSpread_SaysWhichNumbers()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);

        var error = Assert.ThrowsExactly<ArgumentException>(() => network.ExportOnnx(folder.File("network.onnx"), new(8, 8, [0, float.NaN, 0], [1, 1, 0])));

        Assert.AreEqual("OnnxExportOptions: the preset must have finite means and deviations above 0 (were 0, NaN, 0 and 1, 1, 0).", error.Message);
    }

    [TestMethod]
    public void Faults_OfOptionsAlone_NameWhatIsMissing()
    {
        CollectionAssert.AreEqual(
            new[] { "FeatureStage must be at least 1, or null (was 0)", "InputName, OutputName and FeaturesName must not be empty (were 'input', ' ' and 'features')" },
            new OnnxExportOptions { FeatureStage = 0, OutputName = " " }.Faults().ToArray());
        CollectionAssert.AreEqual(new[] { "PoolFeatures needs a FeatureStage (was null)" }, new OnnxExportOptions { PoolFeatures = true }.Faults().ToArray());
        Assert.IsEmpty(new OnnxExportOptions().Faults());
    }

    [TestMethod]
    public void ExportOnnx_NameOfALayer_AsksForAnother()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet20);

        var error = Assert.ThrowsExactly<ArgumentException>(() => network.ExportOnnx(folder.File("network.onnx"), ImagePreset.ImageNet(8, 8), new() { OutputName = "conv1" }));

        Assert.Contains("'conv1' is what resnet20 calls one of its own layers", error.Message);
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
