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

        var pixels = new[] { training, validation }.SelectMany(part => Enumerable.Range(0, part.Count).Select(i => part.Pixels(i)[0])).ToList();
        Assert.HasCount(all.Count, pixels.Distinct().ToList());
    }

    [TestMethod]
    public void SplitStratified_ClassOfOne_StaysInTraining() =>
        CollectionAssert.AreEqual(new[] { 1, 1 }, PerClass(Set(1, 10).SplitStratified(0.9, seed: 0).Training));

    [TestMethod]
    public void Add_WrongSizeOrLabel_SaysWhatWasExpected()
    {
        var images = Set(1, 1);

        Assert.Contains("1 bytes (received 2)", Assert.ThrowsExactly<ArgumentException>(() => images.Add([1, 2], 0)).Message);
        Assert.Contains("0 to 1", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => images.Add([1], 2)).Message);
    }
}
