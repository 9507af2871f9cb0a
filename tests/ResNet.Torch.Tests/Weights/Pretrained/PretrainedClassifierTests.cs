using System.Security.Cryptography;

namespace ResNet.Torch.Tests.Weights.Pretrained;

[TestClass]
public class PretrainedClassifierTests
{
    [TestMethod]
    public async Task PretrainedAsync_FilePutThereByHand_ScoresAsTheNetworkThatItCameFrom()
    {
        using var cache = new TemporaryCache();
        using var variable = new EnvironmentVariable(PretrainedCache.FolderVariable, cache.Folder);
        using var original = ResidualNetwork.Seeded(9, ResNetVariant.ResNet18, classes: 3);
        var (weights, _) = PutIntoCache(cache, original);
        var pixels = new byte[weights.Preset.ImageBytes];
        new Random(1).NextBytes(pixels);

        using var classifier = await ImageClassifier.PretrainedAsync(weights);

        using var expected = new ImageClassifier(original, weights.Preset, weights.ClassNames);
        CollectionAssert.AreEqual(expected.Score(pixels), classifier.Score(pixels));
        Assert.AreEqual(256, classifier.Preset.ResizeShorterSide);
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, classifier.ClassNames.ToArray());
    }

    [TestMethod]
    public async Task PretrainedAsync_WeightsOfAnotherNetwork_SaysWhatDoesNotFit()
    {
        using var cache = new TemporaryCache();
        using var variable = new EnvironmentVariable(PretrainedCache.FolderVariable, cache.Folder);
        using var original = new ResidualNetwork(ResNetVariant.ResNet34, classes: 3);
        var (weights, path) = PutIntoCache(cache, original);

        var error = await Assert.ThrowsExactlyAsync<WeightMismatchException>(() => ImageClassifier.PretrainedAsync(weights));

        Assert.Contains($"{path} does not fit resnet18: 96 not expected (layer", error.Message);
    }

    static (PretrainedWeights Weights, string Path) PutIntoCache(TemporaryCache cache, ResidualNetwork network)
    {
        var saved = Path.Combine(cache.Folder, "saved");
        network.Save(saved);
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(saved)));
        var row = TemporaryCache.At(new Uri($"http://127.0.0.1:9/network-{hash[..8]}.pth")) with { ClassNames = ["a", "b", "c"] };
        File.Move(saved, PretrainedCache.PathOf(row));
        return (row, PretrainedCache.PathOf(row));
    }
}
