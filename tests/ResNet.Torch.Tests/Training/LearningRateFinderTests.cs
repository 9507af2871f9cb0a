namespace ResNet.Torch.Tests.Training;

[TestClass]
public sealed class LearningRateFinderTests : IDisposable
{
    static readonly TrainingOptions options = new() { BatchSize = 8, Seed = 1, Augmentation = AugmentationOptions.None, Precision = TrainingPrecision.Float32 };

    readonly LabelledImages images = HalfBrightImages.Of(32);

    public void Dispose() => images.Dispose();

    LearningRateCurve Curve(TrainingOptions? other = null, double lowest = 1e-5, double highest = 10, int steps = 40, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        LearningRateFinder.Run(ResNetVariant.ResNet20, null, images, other ?? options, lowest, highest, steps, progress, cancellation);

    [TestMethod]
    public void Run_SeparableImages_SuggestsARateAtWhichTheyAreLearned()
    {
        var curve = Curve(highest: 100, steps: 60);

        var suggestion = curve.Suggestion;
        Assert.IsNotNull(suggestion);
        Assert.IsInRange(0.03, 3, suggestion.Value);
        var (network, _, _, _, _) = Trainer.Train(ResNetVariant.ResNet20, null, images, null, options with { Epochs = 8, Optimizer = new() { LearningRate = suggestion.Value } });
        using (network)
        {
            Assert.AreEqual(1.0, Evaluation.Of(network, images).Accuracy);
        }
    }

    [TestMethod]
    public void Run_Rates_GrowGeometricallyAndAreTold()
    {
        var recorder = new StepRecorder();

        var curve = Curve(lowest: 1e-4, highest: 0.1, steps: 10, progress: recorder);

        Assert.HasCount(10, curve.Points);
        for (var step = 0; step < 10; step++)
            Assert.AreEqual(1e-4 * Math.Pow(10, step / 3.0), curve.Points[step].LearningRate, 1e-12);
        Assert.AreSequenceEqual(curve.Points.Select(p => (p.LearningRate, p.Loss)), recorder.Reports.Select(r => (r.LearningRate, r.Loss)));
        Assert.AreSequenceEqual(Enumerable.Range(1, 10), recorder.Reports.Select(r => r.Step));
        // 4 batches an epoch: the images are gone through two and a half times.
        Assert.AreSequenceEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3], recorder.Reports.Select(r => r.Epoch));
    }

    [TestMethod]
    public void Run_FirstLoss_IsThatOfTheFreshNetwork()
    {
        // Nothing has been learned before the first step: the loss is that of a training's first step from the same seed.
        var recorder = new StepRecorder();
        Trainer.Train(ResNetVariant.ResNet20, null, images, null, options with { Epochs = 1 }, recorder).Network.Dispose();

        Assert.AreEqual(recorder.Reports[0].Loss, Curve(steps: 10).Points[0].Loss);
    }

    [TestMethod]
    public void Run_RatesThatDiverge_EndsEarly()
    {
        var curve = Curve(lowest: 1e-3, highest: 1e6, steps: 100);

        Assert.IsInRange(10, 99, curve.Points.Count);
        Assert.IsTrue(curve.Points.All(p => double.IsFinite(p.Loss)));
    }

    [TestMethod]
    public void Run_SameSeed_GivesTheSameCurve() =>
        Assert.AreSequenceEqual(Curve(steps: 12).Points, Curve(steps: 12).Points);

    [TestMethod]
    public void Run_OptionsOfATraining_AreLeftAsideOrTold()
    {
        using var folder = new TemporaryFolder();
        var checkpoints = Path.Combine(folder.Path, "checkpoints");

        var curve = Curve(options with { Optimizer = new() { AccumulatedBatches = 4 }, Validation = new() { Patience = 1 }, Checkpoints = new() { Folder = checkpoints } }, steps: 10);

        Assert.AreSequenceEqual(Curve(steps: 10).Points, curve.Points);
        Assert.IsFalse(Directory.Exists(checkpoints));
        var error = Assert.ThrowsExactly<ArgumentException>(() => Curve(options with { BatchSize = 0, Optimizer = null! }));
        Assert.Contains("BatchSize must be at least 2", error.Message);
        Assert.Contains("Optimizer must be set (was null)", error.Message);
    }

    [TestMethod]
    public void Run_BadArguments_Throws()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Curve(steps: 9));
        foreach (var (lowest, highest) in new[] { (0.0, 1.0), (-1, 1), (1, 1), (2, 1), (1, double.PositiveInfinity), (double.NaN, 1) })
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Curve(lowest: lowest, highest: highest));
        using var one = HalfBrightImages.Of(1);
        var error = Assert.ThrowsExactly<ArgumentException>(() => LearningRateFinder.Run(ResNetVariant.ResNet20, null, one, options));
        Assert.Contains("at least 2 images (received 1)", error.Message);
    }

    [TestMethod]
    public void Run_CancelledOrFinished_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var recorder = new StepRecorder(p => { if (p.Step == 2) cancel.Cancel(); });

        var left = NativeTensors.LeftBy(
            () => Assert.ThrowsExactly<OperationCanceledException>(() => LearningRateFinder.Run(ResNetVariant.ResNet18, Stem.Standard, images, options, progress: recorder, cancellation: cancel.Token)),
            networks: 1, trainings: 1);
        var leftByAll = NativeTensors.LeftBy(() => LearningRateFinder.Run(ResNetVariant.ResNet18, Stem.Standard, images, options, steps: 10), networks: 1, trainings: 1);

        Assert.HasCount(2, recorder.Reports);
        Assert.AreEqual((0, 0), (left, leftByAll));
    }
}
