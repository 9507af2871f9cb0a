using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class AugmentationTests
{
    static readonly ImagePreset preset = ImagePreset.ImageNet(3, 3, channels: 1);
    static readonly byte[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [TestMethod]
    [DataRow(0, 0, false, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [DataRow(0, 0, true, new byte[] { 3, 2, 1, 6, 5, 4, 9, 8, 7 })]
    [DataRow(1, 0, false, new byte[] { 0, 0, 0, 1, 2, 3, 4, 5, 6 })]
    [DataRow(-1, 1, false, new byte[] { 0, 4, 5, 0, 7, 8, 0, 0, 0 })]
    [DataRow(0, -2, false, new byte[] { 3, 0, 0, 6, 0, 0, 9, 0, 0 })]
    [DataRow(1, 1, true, new byte[] { 0, 0, 0, 2, 1, 0, 5, 4, 0 })]
    [DataRow(3, 0, false, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void Shift_ByPixels_MovesThenMirrors(int down, int right, bool flip, byte[] expected)
    {
        var target = new byte[9];
        Augmentation.Shift(image, target, preset, down, right, flip);

        CollectionAssert.AreEqual(expected, target);
    }

    [TestMethod]
    public void Shift_Rgb_KeepsAPixelsChannelsTogether()
    {
        var target = new byte[6];
        Augmentation.Shift([1, 2, 3, 4, 5, 6], target, ImagePreset.ImageNet(1, 2), 0, 0, flip: true);

        CollectionAssert.AreEqual(new byte[] { 4, 5, 6, 1, 2, 3 }, target);
    }

    [TestMethod]
    public void Apply_SameSeedEpochAndImage_GivesTheSame_AndOthersDiffer()
    {
        var large = ImagePreset.ImageNet(32, 32, channels: 1);
        var pixels = new byte[large.ImageBytes];
        new Random(0).NextBytes(pixels);
        byte[] Apply(int seed, int epoch, int index)
        {
            var target = new byte[pixels.Length];
            new Augmentation(new TrainingOptions(), seed).Apply(pixels, target, large, epoch, index);
            return target;
        }

        CollectionAssert.AreEqual(Apply(1, 2, 3), Apply(1, 2, 3));
        // 162 outcomes: 40 images or epochs do not come out alike by chance
        Assert.IsGreaterThan(20, Enumerable.Range(0, 40).Select(i => Convert.ToHexString(Apply(1, 2, i))).Distinct().Count());
        Assert.IsGreaterThan(20, Enumerable.Range(0, 40).Select(i => Convert.ToHexString(Apply(1, i, 3))).Distinct().Count());
    }

    [TestMethod]
    public void Apply_NothingAskedFor_LeavesTheImage()
    {
        var target = new byte[9];
        new Augmentation(new TrainingOptions { HorizontalFlip = false, CropPadding = 0 }, 1).Apply(image, target, preset, 1, 1);

        CollectionAssert.AreEqual(image, target);
    }
}
