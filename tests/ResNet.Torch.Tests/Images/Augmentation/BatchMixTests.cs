using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class BatchMixTests
{
    // three grey images of 2 × 2
    static byte[] Batch() => [0, 0, 0, 0, 100, 100, 100, 100, 200, 201, 202, 203];

    [TestMethod]
    public void Blend_ThreeImages_EachWithTheOneBeforeAndTheFirstWithTheLast()
    {
        var batch = Batch();
        var mix = BatchMix.Blend(batch, imageBytes: 4, share: 0.75f);

        Assert.AreEqual(0.75f, mix.Share);
        // ¼·(200, 201, 202, 203), ¾·100 + ¼·0, ¾·(200, …) + ¼·100, rounded
        CollectionAssert.AreEqual(new byte[] { 50, 50, 51, 51, 75, 75, 75, 75, 175, 176, 177, 177 }, batch);
    }

    [TestMethod]
    public void Blend_LongImages_IsTheSameAtEveryPlace()
    {
        byte[] batch = [.. Enumerable.Repeat((byte)255, 301), .. Enumerable.Repeat((byte)5, 301)];
        BatchMix.Blend(batch, 301, share: 0.5f);

        Assert.IsTrue(batch.All(v => v == 130));
    }

    [TestMethod]
    public void Paste_OneColumn_IsThePartnersAndCountsHalf()
    {
        var batch = Batch();
        var mix = BatchMix.Paste(batch, new(2, 2, 1), new(1, 0, 1, 2));

        Assert.AreEqual(0.5f, mix.Share);
        CollectionAssert.AreEqual(new byte[] { 0, 201, 0, 203, 100, 0, 100, 0, 200, 100, 202, 100 }, batch);
    }

    [TestMethod]
    public void Paste_EmptyBox_LeavesTheBatchAndTheLabels()
    {
        var batch = Batch();

        Assert.AreEqual(1f, BatchMix.Paste(batch, new(2, 2, 1), new(1, 0, 0, 2)).Share);
        CollectionAssert.AreEqual(Batch(), batch);
    }
}
