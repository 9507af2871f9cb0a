using ResNet.Torch.Training;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public sealed class BestEpochTests : IDisposable
{
    readonly ResidualNetwork network = ResidualNetwork.Seeded(1, TinyTraining.Variant, TinyTraining.Classes);
    readonly WeightVector weights;

    public BestEpochTests() => weights = new(network, new(), isHalf: false);

    /// <summary>The best epoch, and the one after which training stops, or null.</summary>
    (int? Best, int? Stopped) Follow(ValidationOptions options, params ReadOnlySpan<double> measured)
    {
        using var best = new BestEpoch(options, weights);
        for (var i = 0; i < measured.Length; i++)
        {
            best.Take(i + 1, options.Metric == ValidationMetric.Accuracy ? new(0, measured[i]) : new(measured[i], 0));
            if (best.HasStopped)
                return (best.Epoch, i + 1);
        }
        return (best.Epoch, null);
    }

    [TestMethod]
    public void Take_EqualAccuracy_KeepsTheFirst() =>
        Assert.AreEqual((2, null), Follow(new(), 0.5, 0.6, 0.6, 0.59));

    [TestMethod]
    public void Take_Loss_LowerIsBetter() =>
        Assert.AreEqual((4, null), Follow(new() { Metric = ValidationMetric.Loss }, 1.0, 0.8, 0.9, 0.7));

    [TestMethod]
    public void Take_MetricSaysWhichOfTwoIsBetter()
    {
        EvaluationResult[] measured = [new(Loss: 0.9, Accuracy: 0.5), new(Loss: 1.2, Accuracy: 0.7), new(Loss: 0.6, Accuracy: 0.6)];

        foreach (var (metric, epoch, value) in new[] { (ValidationMetric.Accuracy, 2, 0.7), (ValidationMetric.Loss, 3, 0.6) })
        {
            using var best = new BestEpoch(new() { Metric = metric }, weights);
            for (var i = 0; i < measured.Length; i++)
                best.Take(i + 1, measured[i]);
            Assert.AreEqual((epoch, value), (best.Epoch, best.Value));
        }
    }

    [TestMethod]
    public void Take_Patience_CountsMeasurementsSinceTheLastImprovement()
    {
        Assert.AreEqual((2, 4), Follow(new() { Patience = 2 }, 0.5, 0.6, 0.6, 0.55, 0.9));
        Assert.AreEqual((4, null), Follow(new() { Patience = 2 }, 0.5, 0.6, 0.55, 0.65, 0.6));
        Assert.AreEqual((1, 2), Follow(new() { Patience = 1 }, 0.5, 0.5));
    }

    [TestMethod]
    public void Take_MinimumImprovement_IsMeasuredFromTheLastThatCounted()
    {
        var options = new ValidationOptions { Patience = 2, MinimumImprovement = 0.05 };

        Assert.AreEqual((3, 3), Follow(options, 0.50, 0.52, 0.54));                    // too slow; yet the last is the best
        Assert.AreEqual((5, 5), Follow(options, 0.50, 0.53, 0.56, 0.58, 0.60));        // 0.56 is 0.06 above 0.50, 0.60 only 0.04 above 0.56
        Assert.AreEqual((6, null), Follow(options, 0.50, 0.53, 0.56, 0.58, 0.62, 0.63));
    }

    [TestMethod]
    public void Take_LossThatIsNoNumber_IsNeverTheBest()
    {
        var options = new ValidationOptions { Metric = ValidationMetric.Loss, Patience = 2 };

        Assert.AreEqual((2, null), Follow(options, double.NaN, 0.9, double.NaN));
        Assert.AreEqual((2, null), Follow(options, double.PositiveInfinity, 0.9));
        Assert.AreEqual((null, 2), Follow(options, double.NaN, double.NaN));
    }

    [TestMethod]
    public void Take_KeepBest_CopiesTheWeightsOfThatEpoch()
    {
        using var best = new BestEpoch(new(), weights);
        using (TorchSharp.torch.no_grad())
        {
            weights.Values.fill_(1);
            best.Take(1, new(0, 0.9));
            weights.Values.fill_(2);
            best.Take(2, new(0, 0.8));
        }

        Assert.AreEqual(1, best.Kept!.Values.max().item<float>());
    }

    public void Dispose()
    {
        weights.Dispose();
        network.Dispose();
    }
}
