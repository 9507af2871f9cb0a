using ResNet.Torch.Tests.Images;

namespace ResNet.Torch.Tests.Inference;

[TestClass]
public class ImageClassifierTests
{
    static ImageClassifier Classifier() => new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, classes: 5, stem: Stem.Small), ImagePreset.ImageNet(20, 24), ["a", "b", "c \"d\"", "é", "猫"]);

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
    public void ScoreFile_OfAnImageFile_IsTheScoreOfItsPixels()
    {
        using var folder = new TemporaryFolder();
        using var whole = Classifier();
        using var classifier = new ImageClassifier(whole.Network, whole.Preset with { ResizeTo = new(22, 28) }, whole.ClassNames);
        var path = folder.File("image.jpg", ImageFixture.Large("file"));

        var scores = classifier.ScoreFile(path);

        Assert.IsLessThan(1e-6, ReferenceFile.RelativeError(classifier.Score(classifier.Preset.ReadFile(path)), scores));
        using var stream = File.OpenRead(path);
        CollectionAssert.AreEqual(scores, classifier.ScoreFile(stream));
    }

    [TestMethod]
    public void ScoreFile_OfNoImage_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier();
        var path = folder.File("text.jpg", "no image"u8);

        Assert.AreEqual(path, Assert.ThrowsExactly<ImageDecodingException>(() => classifier.ScoreFile(path)).File);
    }

    [TestMethod]
    public void Score_PartOfAnImage_SaysSo()
    {
        using var classifier = Classifier();

        foreach (var work in new Action[] { () => classifier.Score(new byte[1441]), () => classifier.Features(new byte[1441]) })
            Assert.Contains("not a whole number of images of 1440 bytes (24×20×3)", Assert.ThrowsExactly<ArgumentException>(work).Message);
    }

    [TestMethod]
    public void Score_NoImage_GivesNoScore()
    {
        using var classifier = Classifier();

        Assert.IsEmpty(classifier.Score([]));
        Assert.IsEmpty(classifier.Features([]));
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

        Assert.Contains("built for 3 channels, the preset has 1", Assert.ThrowsExactly<ArgumentException>(() => new ImageClassifier(network, ImagePreset.ImageNet(8, 8, 1), ["a", "b"])).Message);
    }

    [TestMethod]
    public void SaveLoad_GivesTheSameScoresPresetAndNames()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier();
        var path = folder.File("classifier.safetensors");

        classifier.Save(path);
        using var loaded = ImageClassifier.Load(path);

        CollectionAssert.AreEqual(classifier.Score(Noise(3)), loaded.Score(Noise(3)));
        CollectionAssert.AreEqual(classifier.ClassNames.ToList(), loaded.ClassNames.ToList());
        CollectionAssert.AreEqual(classifier.Preset.Mean.ToList(), loaded.Preset.Mean.ToList());
        Assert.AreEqual((20, 24), (loaded.Preset.Height, loaded.Preset.Width));
    }

    [TestMethod]
    public void Load_FileOfAnotherKind_SaysWhatItLacks()
    {
        using var folder = new TemporaryFolder();
        using var weight = TorchSharp.torch.zeros(2);
        var path = folder.File("weights.safetensors");
        SafeTensors.Write(path, new Dictionary<string, TorchSharp.torch.Tensor> { ["fc.weight"] = weight });

        Assert.Contains("weights.safetensors holds no classifier: its metadata 'class_names'", Assert.ThrowsExactly<WeightFormatException>(() => ImageClassifier.Load(path)).Message);
    }

    [TestMethod]
    public void Load_WeightsOfAnotherNetwork_NamesTensorsThatDoNotFit()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier();
        var path = folder.File("classifier.safetensors");
        classifier.Save(path);
        File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)).Replace("resnet18", "resnet34")));

        Assert.Contains("does not fit resnet34: 80 keys missing (layer", Assert.ThrowsExactly<WeightMismatchException>(() => ImageClassifier.Load(path)).Message);
    }
}
