namespace ResNet.Torch.Tests.Export.Onnx;

/// <summary>Options that cannot be, and what is said of them.</summary>
[TestClass]
public sealed class OnnxExportOptionsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

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
            "must differ (were 'input', 'features' and 'features')", "images with 3 channels, as resnet20 takes them (was 8×8 with 1 mean and 1 deviation)",
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
}
