using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Inference;

/// <summary>A classifier's features; features-seed0.json holds torchvision's for two of its networks.</summary>
[TestClass]
public class ClassifierFeaturesTests
{
    static ImageClassifier Classifier(ResNetVariant variant, int size = 32) =>
        new(ResidualNetwork.Seeded(0, variant, classes: 10), ImagePreset.ImageNet(size, size), [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);

    static byte[] Noise(int images, int size = 32)
    {
        var pixels = new byte[images * size * size * 3];
        new Random(4).NextBytes(pixels);
        return pixels;
    }

    public static IEnumerable<object[]> Stages =>
        from name in new[] { "resnet18", "resnet50" }
        from stage in Enumerable.Range(1, 4)
        select new object[] { name, stage };

    [TestMethod]
    [DynamicData(nameof(Stages))]
    public void Features_OfAStage_AreTorchvisionsAveragedOverPixels(string name, int stage)
    {
        var expected = ReferenceFile.Read("features-seed0.json").GetProperty("models").GetProperty(name).GetProperty($"{stage}");
        using var classifier = Classifier(ResNetVariant.Find(name), size: 64);
        var pixels = Enumerable.Range(0, 2 * classifier.Preset.ImageBytes).Select(i => (byte)(i * i / 16 % 251)).ToArray();

        var features = classifier.Features(pixels, stage);

        var channels = expected.GetProperty("channels").GetInt32();
        Assert.HasCount(2 * channels, features);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(expected.Floats("features"), [.. features.Chunk(channels).SelectMany(image => image[..12])]));
    }

    [TestMethod]
    [DataRow("resnet20")]
    [DataRow("preact_resnet18")]
    public void Features_OfTheLastStage_AreWhatTheClassifiersLayerLooksAt(string name)
    {
        using var classifier = Classifier(ResNetVariant.Find(name));
        var pixels = Noise(3);

        var features = classifier.Features(pixels);

        using var scope = NewDisposeScope();
        var weights = classifier.Network.state_dict();
        var logits = nn.functional.linear(tensor(features).view(3, -1), weights["fc.weight"], weights["fc.bias"]);
        Assert.IsLessThan(1e-5, ReferenceFile.RelativeError(classifier.Score(pixels), logits.softmax(1).data<float>().ToArray()));
        CollectionAssert.AreEqual(features, classifier.Features(pixels, classifier.Network.Variant.Depths.Stages));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(null)]
    public void Features_FromManyThreads_GiveOneAnswerAndLeaveNothing(int? stage)
    {
        using var classifier = Classifier(ResNetVariant.ResNet20);
        var pixels = Noise(2);
        var expected = classifier.Features(pixels, stage);
        List<float[]> answers = [];

        var left = NativeTensors.LeftBy(
            () => answers = [.. Enumerable.Range(0, 32).AsParallel().WithDegreeOfParallelism(8).Select(_ => classifier.Features(pixels, stage))],
            networks: 0);

        foreach (var answer in answers)
            Assert.IsLessThan(1e-5, ReferenceFile.RelativeError(expected, answer));
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(4)]
    public void Features_UnknownStage_SaysWhichThereAre(int stage)
    {
        using var classifier = Classifier(ResNetVariant.ResNet20);

        foreach (var pixels in new[] { Noise(1), [] })
            Assert.Contains("resnet20 has stages 1 to 3", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => classifier.Features(pixels, stage)).Message);
    }

    [TestMethod]
    public void Features_OfADisposedClassifier_SaySo()
    {
        var classifier = Classifier(ResNetVariant.ResNet20);
        classifier.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => classifier.Features(Noise(1)));
    }
}
