using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class LabelledImagesTests
{
    static LabelledImages Set(params int[] perClass)
    {
        var images = new LabelledImages(ImagePreset.ImageNet(1, 1, 1), perClass.Length);
        byte next = 0;
        for (var label = 0; label < perClass.Length; label++)
        {
            for (var i = 0; i < perClass[label]; i++)
                images.Add([next++], label);
        }
        return images;
    }

    static byte Pixel(LabelledImages images, int index)
    {
        var pixels = new byte[1];
        images.CopyPixels(index, pixels);
        return pixels[0];
    }

    static int[] PerClass(LabelledImages images) =>
        [.. Enumerable.Range(0, images.Classes).Select(c => Enumerable.Range(0, images.Count).Count(i => images.Label(i) == c))];

    [TestMethod]
    public void SplitStratified_AQuarter_TakesItFromEveryClass()
    {
        var (training, validation) = Set(40, 20, 4).SplitStratified(0.25, seed: 3);

        CollectionAssert.AreEqual(new[] { 30, 15, 3 }, PerClass(training));
        CollectionAssert.AreEqual(new[] { 10, 5, 1 }, PerClass(validation));
    }

    [TestMethod]
    public void SplitStratified_Parts_ShareNoImage()
    {
        var all = Set(40, 20, 4);
        var (training, validation) = all.SplitStratified(0.5, seed: 3);

        var pixels = new[] { training, validation }.SelectMany(part => Enumerable.Range(0, part.Count).Select(i => Pixel(part, i))).ToList();
        Assert.HasCount(all.Count, pixels.Distinct().ToList());
    }

    [TestMethod]
    public void SplitStratified_ClassOfOne_StaysInTraining() =>
        CollectionAssert.AreEqual(new[] { 1, 1 }, PerClass(Set(1, 10).SplitStratified(0.9, seed: 0).Training));

    [TestMethod]
    [DataRow(0.1, 1, 1, 5, DisplayName = "A tenth")]
    [DataRow(0.9, 2, 1, 45, DisplayName = "Nine tenths")]
    public void SplitStratified_FewImagesOfAClass_HoldsOneAtLeastAndLeavesOne(double fraction, int ofThree, int ofTwo, int ofFifty)
    {
        var (training, validation) = Set(3, 2, 1, 50).SplitStratified(fraction, seed: 0);

        CollectionAssert.AreEqual(new[] { ofThree, ofTwo, 0, ofFifty }, PerClass(validation));
        CollectionAssert.AreEqual(new[] { 3 - ofThree, 2 - ofTwo, 1, 50 - ofFifty }, PerClass(training));
    }

    [TestMethod]
    public void SplitStratified_NoClassOfTwo_SaysThatNothingCanBeHeld() =>
        Assert.Contains("none of the 3 classes has two", Assert.ThrowsExactly<InvalidDataException>(() => Set(1, 1, 1).SplitStratified(0.5, seed: 0)).Message);

    [TestMethod]
    public void Dispose_InAnyOrder_LeavesThePartsTheirPixels()
    {
        var all = Set(4, 4);
        var (training, validation) = all.SplitStratified(0.5, seed: 3);
        all.Dispose();
        all.Dispose();
        training.Dispose();

        Assert.AreEqual(validation.Label(0) == 0, Pixel(validation, 0) < 4);
        Assert.ThrowsExactly<ObjectDisposedException>(() => Pixel(training, 0));
        Assert.ThrowsExactly<ObjectDisposedException>(() => all.Add([1], 0));
        validation.Dispose();
    }

    [TestMethod]
    public void LabelledImages_OutOfRange_SaysWhich()
    {
        var preset = ImagePreset.ImageNet(1, 1, 1);

        Assert.AreEqual("classes", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LabelledImages(preset, 1)).ParamName);
        Assert.AreEqual("memoryLimit", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LabelledImages(preset, 2, memoryLimit: -1)).ParamName);
    }

    [TestMethod]
    public void CopyPixels_WrongTargetOrIndex_Throws()
    {
        using var images = Set(1, 1);

        Assert.Contains("takes 1 bytes (there is room for 0)", Assert.ThrowsExactly<ArgumentException>(() => images.CopyPixels(0, [])).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => images.CopyPixels(2, new byte[1]));
    }

    [TestMethod]
    public void Select_SomeInAnotherOrder_SharesTheirPixels()
    {
        var all = Set(2, 2);
        using var selected = all.Select([3, 0, 3]);
        all.Dispose();

        CollectionAssert.AreEqual(new byte[] { 3, 0, 3 }, Enumerable.Range(0, selected.Count).Select(i => Pixel(selected, i)).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 0, 1 }, Enumerable.Range(0, selected.Count).Select(selected.Label).ToArray());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => selected.Select([3]));
    }

    [TestMethod]
    public void LabelledImages_SetOfTwentyTimesTheLimit_StaysWithinIt()
    {
        const int Megabyte = 1 << 20;
        var preset = ImagePreset.ImageNet(224, 224);
        var image = new byte[preset.ImageBytes];
        var count = 320 * Megabyte / image.Length;
        GC.Collect();
        var before = Environment.WorkingSet;
        var peak = 0L;

        using var images = new LabelledImages(preset, 2, memoryLimit: 16 * Megabyte);
        for (var i = 0; i < count; i++)
        {
            new Random(i).NextBytes(image);
            images.Add(image, i % 2);
            Watch(i);
        }
        foreach (var batch in new BatchFeed(images, threads: 2).Prepare([.. Enumerable.Range(0, count).Reverse().Chunk(16)]))
            Watch(0);

        // The feed's two batches take 5 MB; the rest is left to the garbage collector, which keeps what it may need again.
        Assert.IsLessThan(64L * Megabyte, peak - before);

        void Watch(int i) => peak = i % 64 == 0 ? Math.Max(peak, Environment.WorkingSet) : peak;
    }

    [TestMethod]
    public void Add_WrongSizeOrLabel_SaysWhatWasExpected()
    {
        var images = Set(1, 1);

        Assert.Contains("1 bytes (received 2)", Assert.ThrowsExactly<ArgumentException>(() => images.Add([1, 2], 0)).Message);
        Assert.Contains("0 to 1", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => images.Add([1], 2)).Message);
    }
}
