using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.Data;
using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests;

/// <summary>A real checkpoint on the real images of CIFAR-10, beside the figures that PyTorch gave for both.</summary>
[TestClass]
public class CifarCheckpointTests
{
    static readonly ImagePreset preset = ImagePreset.ImageNet(32, 32);
    static readonly string[] classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void ResNet20_RealCheckpoint_GivesPyTorchsLogitsAndAccuracy()
    {
        if (SharedData.Find("data/weights/cifar-resnet20.th") is not { } weights ||
            SharedData.Find("data/cifar10-jpeg.tar.gz") is not { } images ||
            SharedData.Find("reference/cifar-resnet20.json") is not { } reference)
        {
            TestContext.WriteLine("Left out: the checkpoint and the images of CIFAR-10 are not beside the repository, in shared/data and shared/reference.");
            return;
        }
        using var figures = JsonDocument.Parse(File.ReadAllBytes(reference));
        var classes = figures.RootElement.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!).ToList();
        var expected = figures.RootElement.GetProperty("models").GetProperty("resnet20");
        var logitsOf = expected.GetProperty("samples").EnumerateArray()
            .ToDictionary(s => s.GetProperty("file").GetString()!, s => s.GetProperty("logits").EnumerateArray().Select(x => x.GetSingle()).ToArray());

        using var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), classes.Count);
        network.LoadWeights(weights);
        network.eval();
        int correct = 0, seen = 0, compared = 0;
        foreach (var batch in TestImages(images).Chunk(200))
        {
            var logits = Logits(network, batch.Select(image => image.Pixels));
            for (var i = 0; i < batch.Length; i++)
            {
                var (path, row) = (batch[i].Path, logits[(i * classes.Count)..((i + 1) * classes.Count)]);
                correct += classes[Array.IndexOf(row, row.Max())] == path.Split('/')[1] ? 1 : 0;
                seen++;
                if (!logitsOf.TryGetValue(path, out var reported))
                    continue;
                compared++;
                for (var c = 0; c < reported.Length; c++)
                    Assert.AreEqual(reported[c], row[c], 0.05, path);
            }
        }

        Assert.AreEqual(10_000, seen);
        Assert.AreEqual(logitsOf.Count, compared);
        TestContext.WriteLine($"{correct} of {seen} right.");
        Assert.AreEqual(expected.GetProperty("correct_of_10000").GetInt32(), correct, delta: 10);
    }

    [TestMethod]
    public void Score_InBFloat16OfTenThousandImages_IsAsRightAsInFloat32()
    {
        if (SharedData.Find("data/weights/cifar-resnet20.th") is not { } weights || SharedData.Find("data/cifar10-jpeg.tar.gz") is not { } images)
        {
            TestContext.WriteLine("Left out: the checkpoint and the images of CIFAR-10 are not beside the repository, in shared/data.");
            return;
        }
        var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), classes: 10);
        network.LoadWeights(weights);
        using var classifier = new ImageClassifier(network, preset, classNames);
        int seen = 0, same = 0, correct32 = 0, correct16 = 0;
        foreach (var batch in TestImages(images).Chunk(1000))
        {
            byte[] pixels = [.. batch.SelectMany(image => image.Pixels)];
            classifier.Precision = ScoringPrecision.Float32;
            var labels32 = Labels(classifier.Score(pixels));
            classifier.Precision = ScoringPrecision.BFloat16;
            var labels16 = Labels(classifier.Score(pixels));
            for (var i = 0; i < batch.Length; i++)
            {
                var right = batch[i].Path.Split('/')[1];
                seen++;
                same += labels32[i] == labels16[i] ? 1 : 0;
                correct32 += labels32[i] == right ? 1 : 0;
                correct16 += labels16[i] == right ? 1 : 0;
            }
        }

        TestContext.WriteLine($"{same} of {seen} labels are the same; {correct32} are right in float32, {correct16} in bfloat16.");
        Assert.AreEqual(10_000, seen);
        Assert.AreEqual(correct32, correct16, delta: 20);
        Assert.IsGreaterThanOrEqualTo(9_900, same);

        string[] Labels(float[] scores) => [.. scores.Chunk(10).Select(row => classNames[Array.IndexOf(row, row.Max())])];
    }

    static float[] Logits(ResidualNetwork network, IEnumerable<byte[]> images)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var pixels = tensor(images.SelectMany(p => p).ToArray()).reshape(-1, preset.Height, preset.Width, preset.Channels);
        return network.call(preset.ToBatch(pixels)).data<float>().ToArray();
    }

    static IEnumerable<(string Path, byte[] Pixels)> TestImages(string archive)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } jpeg || !entry.Name.StartsWith("test/", StringComparison.Ordinal))
                continue;
            using var image = MLImage.CreateFromStream(jpeg);
            var pixels = new byte[preset.ImageBytes];
            ImagePixels.Copy(image, preset.Channels, pixels);
            yield return (entry.Name, pixels);
        }
    }
}
