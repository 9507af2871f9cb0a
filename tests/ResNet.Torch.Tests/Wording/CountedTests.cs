using ResNet.Torch.Wording;

namespace ResNet.Torch.Tests.Wording;

[TestClass]
public class CountedTests
{
    [TestMethod]
    [DataRow(0, "0 classes", "0 epochs")]
    [DataRow(1, "1 class", "1 epoch")]
    [DataRow(2, "2 classes", "2 epochs")]
    [DataRow(54_000, "54000 classes", "54000 epochs")]
    public void Of_AnyCount_HasTheWordThatAgrees(int count, string classes, string epochs)
    {
        Assert.AreEqual(classes, Counted.Of(count, "class", "classes"));
        Assert.AreEqual(epochs, Counted.Of(count, "epoch"));
    }
}
