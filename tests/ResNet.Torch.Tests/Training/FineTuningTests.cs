using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public sealed class FineTuningTests : IDisposable
{
    static readonly ResNetVariant variant = ResNetVariant.ResNet20;

    /// <summary>One step of all 8 images an epoch, in float32: what is compared is compared to the bit.</summary>
    static readonly TrainingOptions brief = new()
    {
        Epochs = 1,
        BatchSize = 8,
        Seed = 1,
        Optimizer = new() { LearningRate = 0.1, ReferenceBatchSize = null, Nesterov = false },
        Schedule = new() { Kind = ScheduleKind.Constant, WarmupFraction = 0 },
        Augmentation = AugmentationOptions.None,
        Precision = TrainingPrecision.Float32,
    };

    /// <summary>fc's weight and bias get new objects twice, each of which TorchSharp counts for ever (<see cref="NativeTensors"/>).</summary>
    const int CountedOfTheHead = 4;

    readonly TemporaryFolder folder = new();
    readonly LabelledImages images = HalfBrightImages.Of(8);
    readonly ImageClassifier trained = Classifier(variant);

    public void Dispose()
    {
        trained.Dispose();
        images.Dispose();
        folder.Dispose();
    }

    static ImageClassifier Classifier(ResNetVariant variant, int channels = 1, Stem? stem = null)
    {
        var network = ResidualNetwork.Seeded(99, variant, classes: 2, channels, stem);
        using (no_grad())
        using (NewDisposeScope())
        {
            // Statistics that a fresh network would not have: means to 0.1, variances from 0.5 to 1.5.
            foreach (var (name, values) in network.state_dict().Where(w => w.Key.Contains("running")))
                values.copy_(name.EndsWith("running_mean", StringComparison.Ordinal) ? rand_like(values).mul_(0.1) : rand_like(values).add_(0.5));
        }
        return new(network, ImagePreset.ImageNet(16, 16, channels), ["left", "right"]);
    }

    string Saved(ImageClassifier classifier)
    {
        var path = folder.File("trained.safetensors");
        classifier.Save(path);
        return path;
    }

    static Dictionary<string, byte[]> Weights(ResidualNetwork network)
    {
        using var scope = NewDisposeScope();
        return network.state_dict().ToDictionary(w => w.Key, w => w.Value.contiguous().bytes.ToArray());
    }

    static List<string> Differing(Dictionary<string, byte[]> one, Dictionary<string, byte[]> other) =>
        [.. one.Where(w => !w.Value.AsSpan().SequenceEqual(other[w.Key])).Select(w => w.Key)];

    Dictionary<string, byte[]> AtTheStart(FineTuningOptions tuning, LabelledImages? training = null)
    {
        using var network = Trainer.NetworkFor(variant, null, training ?? images, brief with { FineTuning = tuning }, seed: 1);
        return Weights(network);
    }

    ResidualNetwork Trained(TrainingOptions options, ResNetVariant? other = null) =>
        Trainer.Train(other ?? variant, null, images, null, options).Network;

    static bool IsHead(string name) => name.StartsWith("fc.", StringComparison.Ordinal);

    [TestMethod]
    public void NetworkFor_FileOrClassifier_HasAllOfItsWeights()
    {
        Assert.IsEmpty(Differing(Weights(trained.Network), AtTheStart(new() { WeightsFile = Saved(trained) })));
        Assert.IsEmpty(Differing(Weights(trained.Network), AtTheStart(new() { From = trained })));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void NetworkFor_OtherClasses_HasAFreshHeadAndTheRest(bool fromFile)
    {
        using var three = HalfBrightImages.Of(6, classes: 3);
        using var fresh = ResidualNetwork.Seeded(1, variant, classes: 3, channels: 1);

        var start = AtTheStart(fromFile ? new() { WeightsFile = Saved(trained) } : new() { From = trained }, three);

        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Differing(Weights(trained.Network), start));
        Assert.IsEmpty(Differing(Weights(fresh), start).Where(IsHead));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void NetworkFor_NewHead_HasAFreshHeadThoughTheClassesAreAsMany(bool fromFile)
    {
        using var fresh = ResidualNetwork.Seeded(1, variant, classes: 2, channels: 1);

        var start = AtTheStart((fromFile ? new() { WeightsFile = Saved(trained) } : new FineTuningOptions { From = trained }) with { NewHead = true });

        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Differing(Weights(trained.Network), start));
        Assert.IsEmpty(Differing(Weights(fresh), start).Where(IsHead));
    }

    [TestMethod]
    public void NetworkFor_FileOfColourImages_AddsItsChannelsUpForGreyOnes()
    {
        using var colour = Classifier(variant, channels: 3);
        using var network = Trainer.NetworkFor(variant, null, images, brief with { FineTuning = new() { WeightsFile = Saved(colour) } }, seed: 1);
        using var scope = NewDisposeScope();

        var expected = colour.Network.state_dict()["conv1.weight"].sum(1, keepdim: true);

        Assert.IsTrue(network.state_dict()["conv1.weight"].allclose(expected));
    }

    [TestMethod]
    [DataRow(0, new[] { "conv1", "bn1" })]
    [DataRow(1, new[] { "conv1", "bn1", "layer1" })]
    [DataRow(3, new[] { "conv1", "bn1", "layer1", "layer2", "layer3" })]
    public void Train_FrozenStages_DoNotMoveByABitWhileTheOthersDo(int stages, string[] frozen)
    {
        using var network = Trained(brief with { FineTuning = new() { From = trained, FrozenStages = stages } });

        var moved = Differing(Weights(trained.Network), Weights(network));

        CollectionAssert.AreEquivalent(network.state_dict().Keys.Where(name => !frozen.Contains(name.Split('.')[0])).ToList(), moved);
        Assert.IsTrue(network.parameters().All(p => p.requires_grad), "the returned network is a plain one");
        Assert.IsNull(network.FrozenStages);
    }

    [TestMethod]
    public void Train_FrozenNorms_KeepTheirStatisticsAndLearnTheRest()
    {
        using var network = Trained(brief with { FineTuning = new() { From = trained, FreezeNorms = true } });

        var moved = Differing(Weights(trained.Network), Weights(network));

        CollectionAssert.AreEquivalent(network.named_parameters().Select(p => p.name).ToList(), moved);
        Assert.IsFalse(network.HasFrozenNorms);
    }

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
        using var network = Trained(options, preActivated);

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

    [TestMethod]
    public void Train_ClassifierOfAnotherNetwork_NamesBoth()
    {
        using var deeper = Classifier(ResNetVariant.ResNet32);
        using var colour = Classifier(variant, channels: 3);
        using var large = Classifier(variant, stem: Stem.Standard);

        Assert.Contains("From is a resnet32 for 1 channels with the Small stem; the network to train is a resnet20 for 1 with the Small stem", Fault(deeper));
        Assert.Contains("From is a resnet20 for 3 channels with the Small stem; the network to train is a resnet20 for 1 with the Small stem", Fault(colour));
        Assert.Contains("From is a resnet20 for 1 channels with the Standard stem; the network to train is a resnet20 for 1 with the Small stem", Fault(large));

        string Fault(ImageClassifier from) => Assert.ThrowsExactly<ArgumentException>(() =>
            Trainer.Train(variant, Stem.Small, images, null, brief with { FineTuning = new() { From = from } })).Message;
    }

    [TestMethod]
    public void Train_FileOfAnotherNetwork_NamesFileAndNetworkAndKeys()
    {
        using var deeper = Classifier(ResNetVariant.ResNet32);
        using var large = Classifier(variant, stem: Stem.Standard);

        Assert.Contains("trained.safetensors does not fit resnet20: ", Fault(deeper));
        Assert.Contains("not expected (layer1.", Fault(deeper));
        Assert.Contains("conv1.weight is [16,1,7,7], the network wants [16,1,3,3]", Fault(large));

        string Fault(ImageClassifier other) => Assert.ThrowsExactly<WeightMismatchException>(() =>
            Trainer.Train(variant, Stem.Small, images, null, brief with { FineTuning = new() { WeightsFile = Saved(other) } })).Message;
    }

    [TestMethod]
    public void Train_MissingFile_NamesItAndFreesTheNetwork()
    {
        var path = folder.File("nowhere.safetensors");
        FileNotFoundException error = null!;

        var left = NativeTensors.LeftBy(
            () => error = Assert.ThrowsExactly<FileNotFoundException>(() => Trainer.Train(ResNetVariant.ResNet18, null, images, null, brief with { FineTuning = new() { WeightsFile = path } })),
            networks: 1);

        Assert.Contains(path, error.Message);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Train_MoreFrozenStagesThanThereAre_NamesTheNetworksStages()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => Trained(brief with { FineTuning = new() { From = trained, FrozenStages = 4 } }));

        Assert.Contains("FineTuning.FrozenStages must be at most 3, the stages of resnet20 (was 4)", error.Message);
    }

    [TestMethod]
    public void Faults_ContradictoryOptions_AreAllNamed()
    {
        var options = brief with
        {
            Augmentation = new(),
            FineTuning = new() { WeightsFile = " ", From = trained, HeadOnly = true, FrozenStages = -1 },
        };

        Assert.AreSequenceEqual(
            [
                "FineTuning.WeightsFile and From exclude one another (both were set)",
                "FineTuning.WeightsFile must name a file, or be null (was empty)",
                "FineTuning.FrozenStages must be at least 0, or null (was -1)",
                "FineTuning.HeadOnly freezes every stage, so FrozenStages must be null (was -1)",
                "FineTuning.HeadOnly computes each image's features once, so Augmentation must be AugmentationOptions.None",
            ],
            options.Faults());
    }
}
