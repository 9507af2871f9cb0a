namespace ResNet.Torch.Tests.Inference;

[TestClass]
public class ImageClassifierTests
{
    static ImageClassifier Classifier() => new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, classes: 5, stem: Stem.Small), ImagePreset.ImageNet(20, 24));

    static byte[] Noise(int images)
    {
        var pixels = new byte[images * 20 * 24 * 3];
        new Random(4).NextBytes(pixels);
        return pixels;
    }

    [TestMethod]
    public void Score_Batch_AgreesWithOneByOne()
    {
        using var classifier = Classifier();
        var pixels = Noise(6);

        var together = classifier.Score(pixels);

        Assert.HasCount(6 * 5, together);
        var oneByOne = pixels.Chunk(classifier.Preset.ImageBytes).SelectMany(image => classifier.Score(image)).ToArray();
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(together, oneByOne));
        foreach (var row in together.Chunk(5))
            Assert.AreEqual(1, row.Sum(), 1e-5);
    }

    [TestMethod]
    public void Score_FromManyThreads_GivesOneAnswerAndLeavesNothing()
    {
        using var classifier = Classifier();
        var pixels = Noise(2);
        var expected = classifier.Score(pixels);
        List<float[]> answers = [];

        var left = NativeTensors.LeftBy(
            () => answers = [.. Enumerable.Range(0, 32).AsParallel().WithDegreeOfParallelism(8).Select(_ => classifier.Score(pixels))],
            networks: 0);

        foreach (var answer in answers)
            Assert.IsLessThan(1e-5, ReferenceFile.RelativeError(expected, answer));
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Score_PartOfAnImage_SaysSo()
    {
        using var classifier = Classifier();

        Assert.Contains("not a whole number of images of 1440 bytes (24×20×3)", Assert.ThrowsExactly<ArgumentException>(() => classifier.Score(new byte[1441])).Message);
    }

    [TestMethod]
    public void Score_NoImage_GivesNoScore()
    {
        using var classifier = Classifier();

        Assert.IsEmpty(classifier.Score([]));
    }

    [TestMethod]
    public void Dispose_FreesTheNetwork_AndScoringThenSaysSo()
    {
        using var classifier = Classifier();
        classifier.Score(Noise(1));
        var tensors = classifier.Network.state_dict().Values.ToList();

        classifier.Dispose();

        Assert.IsTrue(tensors.TrueForAll(t => t.IsInvalid));
        Assert.ThrowsExactly<ObjectDisposedException>(() => classifier.Score(Noise(1)));
    }

    [TestMethod]
    public void Create_PresetOfOtherChannels_IsRefused()
    {
        using var network = new ResidualNetwork(ResNetVariant.ResNet18, classes: 2);

        Assert.Contains("built for 3 channels, the preset has 1", Assert.ThrowsExactly<ArgumentException>(() => new ImageClassifier(network, ImagePreset.ImageNet(8, 8, 1))).Message);
    }
}
