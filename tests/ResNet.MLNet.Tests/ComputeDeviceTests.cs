using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>Which GPU is asked for: none is at hand where these tests run, and one of that number is nowhere.</summary>
[TestClass]
public class ComputeDeviceTests
{
    const int Missing = 99;

    static float[] Scores(MLContext mlContext, ResNetScorerOptions options)
    {
        using var folder = new TemporaryFolder();
        using (var classifier = new ImageClassifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 2), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), ["a", "b"]))
            classifier.Save(folder.File("model"));
        var rows = TestImages.Rows(mlContext, 2);
        using var model = mlContext.Transforms.ResNetScorer(folder.File("model"), options).Fit(rows);
        return [.. model.Transform(rows).GetColumn<float[]>("Score").SelectMany(row => row)];
    }

    [TestMethod]
    public void GpuDeviceId_OfAGpuThatIsNotThere_IsToldWhenRowsAreScored() =>
        Assert.Contains($"GPU {Missing} was asked for", Assert.ThrowsExactly<InvalidOperationException>(() => Scores(new MLContext(1) { GpuDeviceId = Missing, FallbackToCpu = false }, new())).Message);

    [TestMethod]
    public void FallbackToCpu_WithoutThatGpu_ScoresOnTheProcessor() =>
        Assert.HasCount(4, Scores(new MLContext(1) { GpuDeviceId = Missing, FallbackToCpu = true }, new()));

    [TestMethod]
    public void Device_OfTheOptions_GoesBeforeTheContexts() =>
        Assert.HasCount(4, Scores(new MLContext(1) { GpuDeviceId = Missing, FallbackToCpu = false }, new() { Device = ComputeDevice.Cpu }));
}
