namespace ResNet.Torch.Tests.Training;

/// <summary>What validation images do to a training, and how it ends.</summary>
[TestClass]
public class ValidationTests
{
    static readonly TrainingOptions last = TinyTraining.Steady with { Validation = new() { KeepBest = false } };

    /// <summary>Labels that training unlearns: an early epoch is the best.</summary>
    static LabelledImages Misleading() => TinyTraining.Images(9, seed: 5, shift: 1);

    [TestMethod]
    [DataRow(ValidationMetric.Accuracy)]
    [DataRow(ValidationMetric.Loss)]
    public void Train_KeepBest_ReturnsTheWeightsOfThatEpoch(ValidationMetric metric)
    {
        using var validation = Misleading();
        var options = TinyTraining.Steady with { Epochs = 4, Validation = new() { Metric = metric } };

        var (network, history, best, end, _) = TinyTraining.Train(options, validation);

        using (network)
        {
            Assert.AreEqual(TrainingEnd.Completed, end);
            Assert.HasCount(4, history);
            var expected = metric == ValidationMetric.Accuracy ? history.MaxBy(epoch => epoch.ValidationAccuracy) : history.MinBy(epoch => epoch.ValidationLoss);
            Assert.AreEqual(expected!.Epoch, best);
            Assert.IsLessThan(4, expected.Epoch, "Else the best weights are the last.");
            Assert.AreEqual(Learned(last with { Epochs = expected.Epoch }), Learned(network));
            Assert.AreEqual(expected.ValidationAccuracy, Evaluation.Of(network, validation).Accuracy);
        }
    }

    [TestMethod]
    public void Train_KeepBestOff_ReturnsTheLastWeights()
    {
        using var validation = Misleading();

        var result = TinyTraining.Train(last, validation);

        using (result.Network)
        {
            Assert.IsNull(result.BestEpoch);
            Assert.AreEqual(TinyTraining.TrainedWeights(last), TinyTraining.WeightsOf(result.Network));
        }
    }

    [TestMethod]
    public void Train_EverySecondEpoch_MeasuresThoseAndTheLast()
    {
        using var validation = TinyTraining.Images(6, seed: 5);

        var (network, history, _, _, _) = TinyTraining.Train(TinyTraining.Options with { Epochs = 5, Validation = new() { EveryEpochs = 2 } }, validation);

        network.Dispose();
        CollectionAssert.AreEqual(new[] { 2, 4, 5 }, history.Where(epoch => epoch.ValidationLoss is not null).Select(epoch => epoch.Epoch).ToArray());
        CollectionAssert.AreEqual(new[] { 2, 4, 5 }, history.Where(epoch => epoch.ValidationAccuracy is not null).Select(epoch => epoch.Epoch).ToArray());
    }

    [TestMethod]
    [DataRow(1, 1, 2)]
    [DataRow(2, 1, 3)]
    [DataRow(1, 2, 4)]
    public void Train_Patience_StopsSoManyMeasurementsAfterTheFirst(int patience, int everyEpochs, int epochs)
    {
        using var validation = TinyTraining.Images(6, seed: 5);
        // No accuracy is better than another by more than 1: the first measurement is the only improvement.
        var options = TinyTraining.Steady with { Epochs = 9, Validation = new() { Patience = patience, EveryEpochs = everyEpochs, MinimumImprovement = 1 } };

        var (network, history, _, end, _) = TinyTraining.Train(options, validation);

        network.Dispose();
        Assert.AreEqual(TrainingEnd.StoppedEarly, end);
        Assert.HasCount(epochs, history);
    }

    [TestMethod]
    public void Train_PatienceThatEndsWithTheLastEpoch_IsCompleted()
    {
        using var validation = TinyTraining.Images(6, seed: 5);

        var result = TinyTraining.Train(TinyTraining.Options with { Epochs = 2, Validation = new() { Patience = 1, MinimumImprovement = 1 } }, validation);

        result.Network.Dispose();
        Assert.AreEqual(TrainingEnd.Completed, result.End);
    }

    [TestMethod]
    public void Train_PatienceWithoutValidationImages_IsAFault()
    {
        using var none = TinyTraining.Images(0);
        foreach (var validation in new[] { null, none })
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => TinyTraining.Train(TinyTraining.Options with { Validation = new() { Patience = 3 } }, validation));
            Assert.Contains("Validation.Patience is 3, but there are no validation images", error.Message);
        }
    }

    [TestMethod]
    public void Train_ClassMissingInValidation_WarnsWithItsName()
    {
        using var numbered = TinyTraining.Images(2, seed: 5);
        using var named = new LabelledImages(numbered.Preset, TinyTraining.Classes) { ClassNames = ["left", "middle", "right"] };
        named.Add(new byte[named.Preset.ImageBytes], 1);

        Assert.Contains("none of 1 of 3 classes (2)", Warning(numbered));
        Assert.Contains("none of 2 of 3 classes ('left', 'right')", Warning(named));

        static string Warning(LabelledImages validation)
        {
            var recorder = new Recorder();
            TinyTraining.Train(TinyTraining.Options with { Epochs = 1 }, validation, recorder).Network.Dispose();
            return recorder.Warnings.Single();
        }
    }

    [TestMethod]
    public void Train_CancelledToReturnBest_ReturnsTheBestEpochsWeights()
    {
        using var validation = Misleading();
        using var cancel = new CancellationTokenSource();
        var options = TinyTraining.Steady with { Epochs = 5, Validation = new() { Metric = ValidationMetric.Loss }, OnCancellation = CancellationPolicy.ReturnBest };

        var (network, history, best, end, _) = TinyTraining.Train(options, validation, Recorder.CancellingIn(4, cancel), cancel.Token);

        using (network)
        {
            Assert.AreEqual(TrainingEnd.Cancelled, end);
            Assert.HasCount(3, history);
            Assert.IsFalse(network.training);
            Assert.AreEqual(history.MinBy(epoch => epoch.ValidationLoss)!.Epoch, best);
            Assert.IsLessThan(3, best!.Value);
            Assert.AreEqual(Learned(last with { Epochs = best.Value }), Learned(network));
        }
    }

    [TestMethod]
    public void Train_CancelledToReturnBestWithoutValidation_ReturnsTheNetworkAsItIs()
    {
        using var cancel = new CancellationTokenSource();
        var afterFirst = new Recorder(report => { if (report.CompletedEpoch is not null) cancel.Cancel(); });

        var (network, _, best, end, _) = TinyTraining.Train(last with { OnCancellation = CancellationPolicy.ReturnBest }, progress: afterFirst, cancellation: cancel.Token);

        using (network)
        {
            Assert.AreEqual(TrainingEnd.Cancelled, end);
            Assert.IsNull(best);
            Assert.AreEqual(TinyTraining.TrainedWeights(last with { Epochs = 1 }), TinyTraining.WeightsOf(network));
        }
    }

    [TestMethod]
    public void Train_CancelledBeforeTheFeaturesOfAHeadAreThere_ReturnsWhereItStarted()
    {
        using var classifier = new ImageClassifier(ResidualNetwork.Seeded(3, TinyTraining.Variant, TinyTraining.Classes), ImagePreset.ImageNet(16, 16), ["a", "b", "c"]);
        var options = TinyTraining.Options with { FineTuning = new() { HeadOnly = true, From = classifier }, Augmentation = AugmentationOptions.None, OnCancellation = CancellationPolicy.ReturnBest };

        var (network, history, _, end, _) = TinyTraining.Train(options, cancellation: new CancellationToken(canceled: true));

        using (network)
        {
            Assert.AreEqual(TrainingEnd.Cancelled, end);
            Assert.IsEmpty(history);
            Assert.AreEqual(TinyTraining.WeightsOf(classifier.Network), TinyTraining.WeightsOf(network));
        }
    }

    [TestMethod]
    [DataRow(CancellationPolicy.Throw)]
    [DataRow(CancellationPolicy.ReturnBest)]
    public void Train_CancelledWithAllThereIs_FreesAll(CancellationPolicy policy)
    {
        using var training = TinyTraining.Images();
        using var validation = TinyTraining.Images(6, seed: 5);
        var options = TinyTraining.Options with { OnCancellation = policy, Regularization = new() { WeightAverageDecay = 0.9, ClassWeighting = ClassWeighting.Balanced } };

        var left = NativeTensors.LeftBy(
            () =>
            {
                using var cancel = new CancellationTokenSource();
                TrainingResult Train() => Trainer.Train(ResNetVariant.ResNet18, Stem.Standard, training, validation, options, Recorder.CancellingIn(2, cancel), cancel.Token);
                if (policy == CancellationPolicy.Throw)
                    Assert.ThrowsExactly<OperationCanceledException>(Train);
                else
                    Train().Network.Dispose();
            },
            networks: 1, trainings: 1);

        Assert.AreEqual(0, left);
    }

    static string Learned(TrainingOptions options)
    {
        using var network = TinyTraining.Train(options).Network;
        return Learned(network);
    }

    /// <summary>SHA-256 of weights and statistics; the norms' counts of batches go on, whichever epoch was the best.</summary>
    static string Learned(ResidualNetwork network)
    {
        foreach (var (_, count) in network.state_dict().Where(entry => entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
            count.zero_();
        return TinyTraining.WeightsOf(network);
    }
}
