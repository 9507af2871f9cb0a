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
    [DataRow(2)]
    [DataRow(4)]
    public void ImageNet_OtherChannels_SaysWhichThereAre(int channels) =>
        Assert.Contains("3 channels (RGB) or 1 (grey)", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImagePreset.ImageNet(8, 8, channels)).Message);
}
