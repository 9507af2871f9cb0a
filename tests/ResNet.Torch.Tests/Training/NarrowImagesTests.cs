namespace ResNet.Torch.Tests.Training;

/// <summary>Grouped convolutions that see one pixel, in bfloat16: oneDNN's own gradient of their weights is now and then NaN or 1e14.</summary>
[TestClass]
public class NarrowImagesTests
{
    [TestMethod]
    public void Train_LastStageOfOnePixelInBFloat16_LearnsAsInFloat32AndTwiceTheSame()
    {
        var (expected, _) = Train(TrainingPrecision.Float32);
        var (losses, weights) = Train(TrainingPrecision.BFloat16);

        // Norms over 64 pixels multiply roundings; a gradient of NaN or 1e14 would be told as divergence at once.
        foreach (var (e, a) in expected.Zip(losses))
            Assert.AreEqual(e, a, 0.2 * expected[0]);
        Assert.AreEqual(weights, Train(TrainingPrecision.BFloat16).Weights);
    }

    static (List<double> Losses, string Weights) Train(TrainingPrecision precision)
    {
        using var images = TinyTraining.Images(count: 192);
        var options = TinyTraining.Steady with { Epochs = 1, BatchSize = 64, Precision = precision };
        options = options with { Optimizer = options.Optimizer with { LearningRate = 1e-3 } };
        var recorder = new StepRecorder();
        using var network = Trainer.Train(ResNetVariant.ResNeXt50_32x4d, Stem.Standard, images, null, options, recorder).Network;
        return ([.. recorder.Reports.Where(report => report.CompletedEpoch is null && report.Warning is null).Select(report => report.Loss)], TinyTraining.WeightsOf(network));
    }
}
