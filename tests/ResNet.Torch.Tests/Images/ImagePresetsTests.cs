namespace ResNet.Torch.Tests.Images;

[TestClass]
public class ImagePresetsTests
{
    // torchvision's ImageClassification presets and timm's create_transform of its resnet entries.
    [TestMethod]
    [DataRow("torchvision-v1", 256, Interpolation.Bilinear)]
    [DataRow("torchvision-v2", 232, Interpolation.Bilinear)]
    [DataRow("timm-0.875", 256, Interpolation.Bicubic)]
    [DataRow("TIMM-0.95", 235, Interpolation.Bicubic)]
    [DataRow("ResNet18_Weights.IMAGENET1K_V1", 256, Interpolation.Bilinear)]
    [DataRow("resnet50_weights.imagenet1k_v2", 232, Interpolation.Bilinear)]
    public void Find_AName_GivesItsPreset(string name, int resize, Interpolation interpolation)
    {
        var preset = ImagePresets.Find(name);

        Assert.AreEqual((224, 224, resize, interpolation), (preset.Height, preset.Width, preset.ResizeShorterSide!.Value, preset.Interpolation));
        CollectionAssert.AreEqual(new[] { 0.485f, 0.456f, 0.406f }, preset.Mean.ToArray());
        CollectionAssert.AreEqual(new[] { 0.229f, 0.224f, 0.225f }, preset.Std.ToArray());
        Assert.IsTrue(preset.Antialias);
    }

    [TestMethod]
    public void Find_EveryTrainedWeights_GivesTheirOwnPreset()
    {
        foreach (var weights in PretrainedWeights.All)
            Assert.AreSame(weights.Preset, ImagePresets.Find(weights.Name));
    }

    [TestMethod]
    public void Find_UnknownName_ListsWhatThereIs()
    {
        var message = Assert.ThrowsExactly<ArgumentException>(() => ImagePresets.Find("resnet")).Message;

        Assert.Contains("no preset named 'resnet'. There are: torchvision-v1, torchvision-v2, timm-0.875, timm-0.95; and those of weights, such as ResNet50_Weights.IMAGENET1K_V2.", message);
    }

    // timm: math.floor(size / crop_pct)
    [TestMethod]
    [DataRow(224, 0.875, 256)]
    [DataRow(224, 0.9, 248)]
    [DataRow(224, 0.95, 235)]
    [DataRow(224, 1.0, 224)]
    [DataRow(288, 0.95, 303)]
    [DataRow(160, 0.875, 182)]
    public void WithCropFraction_AFraction_IsRoundedDownAsByTimm(int size, double fraction, int expected)
    {
        var preset = (ImagePreset.ImageNet(size, size) with { ResizeTo = new(9, 9) }).WithCropFraction(fraction);

        Assert.AreEqual((expected, null), (preset.ResizeShorterSide!.Value, preset.ResizeTo));
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.01)]
    [DataRow(double.NaN)]
    public void WithCropFraction_OutOfRange_Throws(double fraction) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImagePreset.ImageNet(8, 8).WithCropFraction(fraction));

    [TestMethod]
    public void WithCropFraction_NotSquare_SaysWhatToSet() =>
        Assert.Contains("the preset is 9×8. Set ResizeShorterSide or ResizeTo", Assert.ThrowsExactly<InvalidOperationException>(() => ImagePreset.ImageNet(8, 9).WithCropFraction(0.9)).Message);
}
