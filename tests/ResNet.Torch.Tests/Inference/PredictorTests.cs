using ResNet.Torch.Inference;
using ResNet.Torch.Inference.Feeding;
using ResNet.Torch.Tests.Export;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Inference;

/// <summary>The prepared network beside the network's own layers, one by one: figures that libtorch gives.</summary>
[TestClass]
public class PredictorTests
{
    public static IEnumerable<object[]> Rows => ResNetVariant.All.Select(variant => new object[] { variant.Name });

    static ImageClassifier Classifier(ResidualNetwork network, int height, int width, ScoringPrecision precision) =>
        new(network, ImagePreset.ImageNet(height, width, network.Channels), [.. Enumerable.Range(0, network.Classes).Select(i => $"{i}")]) { Precision = precision };

    static byte[] Noise(ImageClassifier classifier, int images)
    {
        var pixels = new byte[images * classifier.Preset.ImageBytes];
        new Random(5).NextBytes(pixels);
        return pixels;
    }

    /// <summary>What the layers give: logits, and the pooled features of a stage.</summary>
    static (float[] Logits, float[] Features) Layers(ImageClassifier classifier, byte[] pixels, int stage)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var preset = classifier.Preset;
        var images = preset.ToBatch(tensor(pixels).view(-1, preset.Height, preset.Width, preset.Channels));
        return (classifier.Network.call(images).Values(), classifier.Network.PooledFeatures(images, stage).Values());
    }

    /// <summary>Logits, but for what they have in common: a softmax does not tell.</summary>
    static float[] Centred(IEnumerable<float> logits, int classes) =>
        [.. logits.Chunk(classes).SelectMany(row => row.Select(x => x - row.Average()))];

    static float[] LogitsOf(float[] probabilities, int classes) => Centred(probabilities.Select(p => MathF.Log(p)), classes);

    [TestMethod]
    [DynamicData(nameof(Rows))]
    public void Score_EveryVariantInFloat32_IsTheLayersOwn(string name)
    {
        var variant = ResNetVariant.Find(name);
        using var scope = NewDisposeScope();
        var sizes = TrainedNetworks.Images(variant.Stem).shape;
        using var classifier = Classifier(TrainedNetworks.Trained(variant, TrainedNetworks.Images(variant.Stem), classes: 10), (int)sizes[2], (int)sizes[3], ScoringPrecision.Float32);
        var pixels = Noise(classifier, 3);
        var (logits, features) = Layers(classifier, pixels, stage: 2);

        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(features, classifier.Features(pixels, 2)));
        // By the last features: a thousand layers of random weights give logits so far apart that all probabilities but one are 0.
        var weights = classifier.Network.state_dict();
        var prepared = nn.functional.linear(tensor(classifier.Features(pixels)).view(3, -1), weights["fc.weight"], weights["fc.bias"]);
        Assert.IsLessThan(1e-3, ReferenceFile.RelativeError(logits, prepared.Values()));
        Assert.IsLessThan(1e-3, ReferenceFile.RelativeError(prepared.softmax(1).Values(), classifier.Score(pixels)));
    }

    [TestMethod]
    [DataRow("resnet18", true)]
    [DataRow("resnet18", false)]
    [DataRow("resnet50", true)]
    [DataRow("resnet50", false)]
    [DataRow("preact_resnet18", true)]
    [DataRow("preact_resnet18", false)]
    public void Program_WithOneDnnOrWithout_GivesTheLayersLogits(string name, bool isFused)
    {
        var variant = ResNetVariant.Find(name);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var images = TrainedNetworks.Images(variant.Stem);
        using var classifier = Classifier(TrainedNetworks.Trained(variant, images, classes: 10), (int)images.shape[2], (int)images.shape[3], ScoringPrecision.Float32);
        var pixels = Noise(classifier, 2);

        var script = new PredictorScript(classifier.Network.Describe(foldNorms: true), classifier.Preset, ScalarType.Float32, isFused);
        using var program = jit.load(script.ToArchive());
        var weights = (Tensor[])program.invoke(PredictorScript.Pack, [script.Weights.ToArray()]);
        var scores = (Tensor)program.invoke(PredictorScript.Score, tensor(pixels).view(2, images.shape[2], images.shape[3], 3), weights);

        var (logits, _) = Layers(classifier, pixels, stage: 1);
        Assert.IsLessThan(1e-3, ReferenceFile.RelativeError(Centred(logits, 10), LogitsOf(scores.Values(), 10)));
    }

    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("resnet50")]
    public void Score_InBFloat16_IsNearFloat32(string name)
    {
        using var scope = NewDisposeScope();
        var images = TrainedNetworks.Images(Stem.Standard);
        using var classifier = Classifier(TrainedNetworks.Trained(ResNetVariant.Find(name), images, classes: 10), (int)images.shape[2], (int)images.shape[3], ScoringPrecision.BFloat16);
        var pixels = Noise(classifier, 3);

        // Each of a few dozen layers rounds to 8 bits: 0.4 %.
        Assert.IsLessThan(0.05, ReferenceFile.RelativeError(Centred(Layers(classifier, pixels, stage: 1).Logits, 10), LogitsOf(classifier.Score(pixels), 10)));
    }

    [TestMethod]
    public void Score_OfGreyOrBgrImages_IsTheLayersOwn()
    {
        using var grey = Classifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 4, channels: 1), 24, 20, ScoringPrecision.Float32);
        var pixels = Noise(grey, 2);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(Centred(Layers(grey, pixels, 1).Logits, 4), LogitsOf(grey.Score(pixels), 4)));

        using var rgb = Classifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 4), 24, 20, ScoringPrecision.Float32);
        using var bgr = new ImageClassifier(rgb.Network, rgb.Preset with { ChannelOrder = ChannelOrder.Bgr }, rgb.ClassNames) { Precision = ScoringPrecision.Float32 };
        pixels = Noise(bgr, 2);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(Centred(Layers(bgr, pixels, 1).Logits, 4), LogitsOf(bgr.Score(pixels), 4)));
    }

    [TestMethod]
    public void Score_AnyNumberOfImages_ScoresEachByItself()
    {
        using var classifier = Classifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 4), 16, 16, ScoringPrecision.Float32);
        var count = ScoringBatch.Automatic(classifier.Preset) * get_num_threads() + 7; // two batches
        var pixels = Noise(classifier, count);

        var together = classifier.Score(pixels);

        var alone = pixels.Chunk(classifier.Preset.ImageBytes).SelectMany(image => classifier.Score(image)).ToArray();
        Assert.IsLessThan(1e-5, ReferenceFile.RelativeError(alone, together));
    }

    [TestMethod]
    public void Score_From32Threads_GivesOneAnswerAndLeavesNothing()
    {
        using var classifier = Classifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 4), 16, 16, ScoringPrecision.Auto);
        var pixels = Noise(classifier, 5);
        var expected = classifier.Score(pixels);
        var answers = new float[32][];

        var left = NativeTensors.LeftBy(() =>
        {
            var threads = Enumerable.Range(0, 32).Select(i => new Thread(() => answers[i] = classifier.Score(pixels))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
        }, networks: 0);

        foreach (var answer in answers)
            CollectionAssert.AreEqual(expected, answer);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Prepare_AfterTheWeightsChanged_ScoresWithThem()
    {
        using var classifier = Classifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 2), 16, 16, ScoringPrecision.Float32);
        var pixels = Noise(classifier, 1);
        _ = classifier.Score(pixels);
        using (no_grad())
        using (NewDisposeScope())
        {
            classifier.Network.get_parameter("fc.weight")!.zero_();
            classifier.Network.get_parameter("fc.bias")!.copy_(tensor(new[] { MathF.Log(3), 0f }));
        }

        classifier.Prepare();

        var scores = classifier.Score(pixels);
        Assert.AreEqual(0.75f, scores[0], 1e-6f);
        Assert.AreEqual(0.25f, scores[1], 1e-6f);
    }

    [TestMethod]
    public void Precision_ThatThereIsNot_IsRefused()
    {
        using var classifier = Classifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 2), 16, 16, ScoringPrecision.Auto);
        Assert.Contains("Auto, Float32, BFloat16", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => classifier.Precision = (ScoringPrecision)7).Message);
    }
}
