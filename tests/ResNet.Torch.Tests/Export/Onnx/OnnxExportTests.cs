using static ResNet.Torch.Tests.Export.TrainedNetworks;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.Onnx;

/// <summary>What ONNX Runtime makes of an exported file is what the network makes of the same images.</summary>
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
}
