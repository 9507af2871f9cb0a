using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class ImagePresetTests
{
    [TestMethod]
    public void ToBatch_Rgb_NormalisesEachChannelAndKeepsPlaces()
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(new byte[] { 255, 0, 51, 0, 255, 102 }).reshape(1, 1, 2, 3); // one row: (255,0,51), (0,255,102)

        var batch = ImagePreset.ImageNet(1, 2).ToBatch(pixels);

        CollectionAssert.AreEqual(new long[] { 1, 3, 1, 2 }, batch.shape);
        float[] expected =
        [
            (1 - 0.485f) / 0.229f, (0 - 0.485f) / 0.229f,
            (0 - 0.456f) / 0.224f, (1 - 0.456f) / 0.224f,
            (0.2f - 0.406f) / 0.225f, (0.4f - 0.406f) / 0.225f,
        ];
        Assert.IsLessThan(1e-6, ReferenceFile.RelativeError(expected, batch.contiguous().data<float>().ToArray()));
    }

    [TestMethod]
    public void ToBatch_Result_IsChannelsLastInMemory()
    {
        using var scope = NewDisposeScope();

        var batch = ImagePreset.ImageNet(5, 7).ToBatch(zeros(2, 5, 7, 3, dtype: ScalarType.Byte));

        CollectionAssert.AreEqual(new long[] { 5 * 7 * 3, 1, 7 * 3, 3 }, batch.stride());
    }

    [TestMethod]
    public void ToBatch_BgrNetwork_TakesEachChannelWithItsOwnStatistics()
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(new byte[] { 255, 0, 51, 0, 255, 102 }).reshape(1, 1, 2, 3);

        var batch = (ImagePreset.ImageNet(1, 2) with { ChannelOrder = ChannelOrder.Bgr }).ToBatch(pixels);

        float[] expected =
        [
            (0.2f - 0.406f) / 0.225f, (0.4f - 0.406f) / 0.225f,
            (0 - 0.456f) / 0.224f, (1 - 0.456f) / 0.224f,
            (1 - 0.485f) / 0.229f, (0 - 0.485f) / 0.229f,
        ];
        Assert.IsLessThan(1e-6, ReferenceFile.RelativeError(expected, batch.contiguous().data<float>().ToArray()));
        CollectionAssert.AreEqual(new long[] { 6, 1, 6, 3 }, batch.stride());
    }

    [TestMethod]
    public void Json_OfAnEarlierVersion_HasTheDefaultsOfNewMembers()
    {
        var preset = JsonSerializer.Deserialize<ImagePreset>("""{"Height":8,"Width":9,"Mean":[0.5],"Std":[0.2],"ResizeShorterSide":10,"Interpolation":"Bilinear","Antialias":true}""")!;

        Assert.AreEqual((8, 9, 10, Interpolation.Bilinear, true), (preset.Height, preset.Width, preset.ResizeShorterSide!.Value, preset.Interpolation, preset.Antialias));
        Assert.AreEqual(ImageCrops.Centre, preset.Crops);
        Assert.AreEqual((null, ChannelOrder.Rgb), (preset.ResizeTo, preset.ChannelOrder));
        Assert.IsNull(preset.Fault());
    }

    [TestMethod]
    public void Json_EveryMember_ComesBackByItsName()
    {
        var preset = ImagePreset.ImageNet(8, 9) with { ResizeTo = new(10, 12), Interpolation = Interpolation.Lanczos, Antialias = false, ChannelOrder = ChannelOrder.Bgr };

        var json = JsonSerializer.Serialize(preset);
        var read = JsonSerializer.Deserialize<ImagePreset>(json)!;

        Assert.Contains(@"""ResizeTo"":{""Height"":10,""Width"":12},""Interpolation"":""Lanczos"",""Antialias"":false,""ChannelOrder"":""Bgr""", json);
        Assert.AreEqual(preset with { Mean = read.Mean, Std = read.Std }, read);
        CollectionAssert.AreEqual(preset.Mean.ToArray(), read.Mean.ToArray());
    }

    public static IEnumerable<object[]> Faults =>
    [
        [ImagePreset.ImageNet(8, 8) with { ResizeShorterSide = 0 }, "resizes the shorter side to 0 pixels"],
        [ImagePreset.ImageNet(8, 8) with { ResizeTo = new(3, -1) }, "resizes to -1×3 pixels"],
        [ImagePreset.ImageNet(8, 8) with { ResizeShorterSide = 9, ResizeTo = new(3, 4) }, "both ResizeShorterSide (9) and ResizeTo (4×3)"],
        [ImagePreset.ImageNet(8, 8) with { Interpolation = (Interpolation)77 }, "the interpolation 77"],
        [ImagePreset.ImageNet(8, 8) with { ChannelOrder = (ChannelOrder)5 }, "the order of channels 5"],
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Fault_OfAMember_IsToldBeforeAFileIsRead(ImagePreset preset, string fault)
    {
        Assert.Contains(fault, preset.Fault()!);
        Assert.Contains(fault, Assert.ThrowsExactly<ArgumentException>(() => preset.ReadFile("missing.jpg")).Message);
    }

    [TestMethod]
    public void ReadFile_TwoChannels_SaysWhichThereAre() =>
        Assert.Contains("3 channels (RGB) or 1 (grey); the preset has 2", Assert.ThrowsExactly<ArgumentException>(() => new ImagePreset(8, 8, [0, 0], [1, 1]).ReadFile("missing.jpg")).Message);

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void ImageNet_OtherChannels_SaysWhichThereAre(int channels) =>
        Assert.Contains("3 channels (RGB) or 1 (grey)", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImagePreset.ImageNet(8, 8, channels)).Message);
}
