using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Tests.Training;

/// <summary>Training the classifier alone, on features that are computed once.</summary>
[TestClass]
public sealed class HeadOnlyTests : TrainedBefore
{
    /// <summary>fc's weight and bias get new objects twice, each of which TorchSharp counts for ever (<see cref="NativeTensors"/>).</summary>
    const int CountedOfTheHead = 4;

    [TestMethod]
    public void Train_HeadOnly_IsSoftmaxRegressionOnTheTrainedFeatures()
    {
        var recorder = new StepRecorder();
        var options = brief with { Epochs = 4, FineTuning = new() { From = trained, HeadOnly = true, NewHead = true }, Optimizer = brief.Optimizer with { WeightDecay = 0 } };
        using var network = Trainer.Train(variant, null, images, images, options with { Validation = new() { KeepBest = false } }, recorder).Network;

        Assert.IsTrue(Differing(Weights(trained.Network), Weights(network)).TrueForAll(IsHead));

        // The same by hand: the gradient of mean cross-entropy by the logits is (softmax − one-hot)/N.
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var start = Trainer.NetworkFor(variant, null, images, options, seed: 1);
        var pixels = new byte[images.Preset.ImageBytes];
        var inputs = new List<Tensor>();
        for (var i = 0; i < images.Count; i++)
        {
            images.CopyPixels(i, pixels);
            inputs.Add(images.Preset.ToBatch(tensor(pixels, [1, 16, 16, 1])));
        }
        var features = trained.Network.Features(cat(inputs), 3)[0].mean([2, 3]);   // 8×64
        var oneHot = functional.one_hot(tensor(Enumerable.Range(0, 8).Select(i => (long)images.Label(i)).ToArray()), 2).to(ScalarType.Float32);
        var (weight, bias) = (start.state_dict()["fc.weight"].clone(), start.state_dict()["fc.bias"].clone());
        Tensor LogProbabilities() => functional.linear(features, weight, bias).log_softmax(1);
        float Loss() => -(oneHot * LogProbabilities()).sum(1).mean().item<float>();
        var (weightMomentum, biasMomentum) = (zeros_like(weight), zeros_like(bias));
        foreach (var step in recorder.Reports.Where(r => r.CompletedEpoch is null))
        {
            Assert.AreEqual(Loss(), step.Loss, 1e-5, $"before step {step.Epoch}");
            var gradient = (LogProbabilities().exp() - oneHot) / 8;                // 8×2
            weightMomentum.mul_(0.9).add_(gradient.t().mm(features));
            biasMomentum.mul_(0.9).add_(gradient.sum([0]));
            weight.sub_(weightMomentum * 0.1);
            bias.sub_(biasMomentum * 0.1);
            Assert.AreEqual(Loss(), recorder.Reports.Single(r => r.CompletedEpoch?.Epoch == step.Epoch).CompletedEpoch!.ValidationLoss!.Value, 1e-5, $"after step {step.Epoch}");
        }
        Assert.IsTrue(network.state_dict()["fc.weight"].allclose(weight, rtol: 1e-4, atol: 1e-5));
        Assert.IsTrue(network.state_dict()["fc.bias"].allclose(bias, rtol: 1e-4, atol: 1e-5));
        Assert.HasCount(8, recorder.Reports);
    }

    [TestMethod]
    public void Train_HeadOnlyOfAPreActivatedNetwork_LeavesItsLastNormAlone()
    {
        var preActivated = ResNetVariant.PreActResNet110 with { Depths = new(1, 1, 1) };
        using var classifier = Classifier(preActivated);

        // The norm before the classifier gets no gradient, but would decay.
        var options = brief with { FineTuning = new() { From = classifier, HeadOnly = true }, Optimizer = brief.Optimizer with { DecaysNormsAndBiases = true, WeightDecay = 0.1 } };
        using var network = Retrained(options, preActivated);

        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Differing(Weights(classifier.Network), Weights(network)));
    }

    [TestMethod]
    public void Train_HeadOnlyCancelledBeforeTheFirstStep_EndsAsAskedAndFreesAll()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var classifier = Classifier(ResNetVariant.ResNet18, stem: Stem.Small);
        var options = brief with { FineTuning = new() { From = classifier, HeadOnly = true } };
        using var validation = HalfBrightImages.Of(4);

        var left = NativeTensors.LeftBy(
            () => Assert.ThrowsExactly<OperationCanceledException>(() => Trainer.Train(ResNetVariant.ResNet18, null, images, validation, options, null, cancelled.Token)),
            networks: 1);
        var (network, history, _, end, _) = Trainer.Train(ResNetVariant.ResNet18, null, images, validation, options with { OnCancellation = CancellationPolicy.ReturnBest }, null, cancelled.Token);

        using (network)
        {
            Assert.AreEqual(TrainingEnd.Cancelled, end);
            Assert.IsEmpty(history);
            Assert.IsEmpty(Differing(Weights(classifier.Network), Weights(network)));
        }
        Assert.AreEqual(CountedOfTheHead, left);
    }

    [TestMethod]
    public void Train_HeadOnlyFinished_LeavesNothingButTheNetwork()
    {
        using var classifier = Classifier(ResNetVariant.ResNet18, stem: Stem.Small);
        var options = brief with { FineTuning = new() { From = classifier, HeadOnly = true } };

        var left = NativeTensors.LeftBy(() => Trainer.Train(ResNetVariant.ResNet18, null, images, images, options with { Epochs = 3 }).Network.Dispose(), networks: 1);

        Assert.AreEqual(CountedOfTheHead, left);
    }
}
