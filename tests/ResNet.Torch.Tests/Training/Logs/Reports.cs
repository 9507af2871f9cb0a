namespace ResNet.Torch.Tests.Training.Logs;

/// <summary>Reports as a trainer makes them.</summary>
static class Reports
{
    public const int StepsPerEpoch = 4;

    public static TrainingProgress Step(int epoch, int step, double loss = 1.5, double rate = 0.1) =>
        new(epoch, 9, step, StepsPerEpoch, loss, rate);

    public static TrainingProgress Epoch(int epoch, double trainingLoss = 0.5, double? validationLoss = null) =>
        new(epoch, 9, StepsPerEpoch, StepsPerEpoch, 1.5, 0.1, new EpochMetrics(
            epoch, 9, 0.05, trainingLoss, 0.75, validationLoss, validationLoss is null ? null : 0.625, TimeSpan.FromMilliseconds(1250.4)));
}
