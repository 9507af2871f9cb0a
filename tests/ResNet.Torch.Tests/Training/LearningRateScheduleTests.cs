using ResNet.Torch.Training;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class LearningRateScheduleTests
{
    // 2 of 10 steps warm up from a hundredth; then peak·(1 + cos(π·k/8))/2, worked by hand at quarters of the way.
    [TestMethod]
    [DataRow(0, 0.004)]
    [DataRow(1, 0.202)]
    [DataRow(2, 0.4)]
    [DataRow(4, 0.4 * 0.853553390593)]
    [DataRow(6, 0.2)]
    [DataRow(8, 0.4 * 0.146446609407)]
    [DataRow(9, 0.4 * 0.038060233744)]
    public void At_Step_FollowsWarmUpAndCosine(int step, double expected) =>
        Assert.AreEqual(expected, new LearningRateSchedule(new() { WarmupFraction = 0.2 }, 0.4, 5, 2).At(step), 1e-9);

    [TestMethod]
    public void At_WithoutWarmUp_StartsAtThePeak() =>
        Assert.AreEqual(0.4, new LearningRateSchedule(new() { WarmupFraction = 0 }, 0.4, 10, 1).At(0), 1e-12);
}
