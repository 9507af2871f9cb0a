namespace ResNet.Torch.Tests.Training;

[TestClass]
public class ClassificationMetricsTests
{
    // Worked by hand: four images of three classes.
    [TestMethod]
    public void Add_FourImages_HasTheFiguresWorkedByHand()
    {
        var metrics = new ClassificationMetrics(["a", "b", "c"], top: 2);
        metrics.Add([0.7f, 0.2f, 0.1f], 0);     // right
        metrics.Add([0.5f, 0.25f, 0.25f], 1);   // a; b comes second, before the equal c
        metrics.Add([0.5f, 0.25f, 0.25f], 2);   // a; c comes third
        metrics.Add([0, 1, 0], 1);              // right

        Assert.AreEqual(4, metrics.Count);
        Assert.AreEqual(2, metrics.Correct);
        Assert.AreEqual(0.5, metrics.Accuracy);
        Assert.AreEqual(0.75, metrics.TopKAccuracy);
        Assert.AreEqual((-Math.Log(0.7) - 2 * Math.Log(0.25)) / 4, metrics.Loss, 1e-7);
        Assert.AreEqual(1, metrics.Recall(0));
        Assert.AreEqual(0.5, metrics.Recall(1));
        Assert.AreEqual(0, metrics.Recall(2));
        Assert.AreEqual(1 / 3.0, metrics.Precision(0), 1e-12);
        Assert.AreEqual(1, metrics.Precision(1));
        Assert.AreEqual(double.NaN, metrics.Precision(2)); // nothing was taken for it
        Assert.AreEqual((1L, 0L, 1L), (metrics.Confusion(1, 0), metrics.Confusion(0, 1), metrics.Confusion(2, 0)));
        Assert.AreEqual((2L, 3L), (metrics.Support(1), metrics.Predicted(0)));
    }

    [TestMethod]
    public void Add_ProbabilityOfZero_CostsWhatMLNetSays()
    {
        var metrics = new ClassificationMetrics(["a", "b"]);

        metrics.Add([1, 0], 1);

        Assert.AreEqual(-Math.Log(1e-15), metrics.Loss, 1e-9);
    }

    [TestMethod]
    public void Add_OfAnotherNumberOfClasses_IsRefused()
    {
        var metrics = new ClassificationMetrics(["a", "b"]);

        Assert.Contains("2 classes", Assert.Throws<ArgumentException>(() => metrics.Add([1, 0, 0], 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add([1, 0], 2));
    }
}
