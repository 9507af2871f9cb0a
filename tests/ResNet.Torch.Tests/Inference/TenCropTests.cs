using System.Text.Json;
using ResNet.Torch.Images;
using ResNet.Torch.Inference.Feeding;
using ResNet.Torch.Tests.Images;

namespace ResNet.Torch.Tests.Inference;

/// <summary>A preset of ten crops; ten-crops.json holds what torchvision's TenCrop and PyTorch give.</summary>
[TestClass]
public sealed class TenCropTests : IDisposable
{
    static readonly ImagePreset preset = ImagePreset.ImageNet(64, 64) with { ResizeShorterSide = 72, Crops = ImageCrops.Ten };

    readonly TemporaryFolder folder = new();
    readonly ImageClassifier classifier = Classifier(preset);

    public void Dispose()
    {
        classifier.Dispose();
        folder.Dispose();
    }

    static ImageClassifier Classifier(ImagePreset preset) =>
        new(ResidualNetwork.Seeded(0, ResNetVariant.ResNet18, classes: 10), preset, [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);

    static JsonElement[] Cases() => [.. ReferenceFile.Read("ten-crops.json").GetProperty("cases").EnumerateArray()];

    string[] Files() => [.. Cases().Select((@case, i) => folder.File($"{i}.png", Png(new(FormulaImage.Int(@case, "height"), FormulaImage.Int(@case, "width"), 3))))];

    static byte[] Png(PixelShape shape)
    {
        using var bitmap = new SkiaSharp.SKBitmap(shape.Width, shape.Height);
        var pixels = FormulaImage.Of(shape);
        for (var i = 0; i < shape.Height * shape.Width; i++)
            bitmap.SetPixel(i % shape.Width, i / shape.Width, new(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]));
        using var encoded = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }

    [TestMethod]
    public void ScoreFile_TenCrops_GivesPyTorchsMeanProbabilities()
    {
        foreach (var (@case, file) in Cases().Zip(Files()))
        {
            Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(@case.Floats("probabilities"), classifier.ScoreFile(file)));
            using var stream = File.OpenRead(file);
            Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(@case.Floats("probabilities"), classifier.ScoreFile(stream)));
        }
    }

    [TestMethod]
    public void ReadFile_TenCrops_IsTheMiddle()
    {
        foreach (var (@case, file) in Cases().Zip(Files()))
            Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(@case.Floats("middle"), classifier.Score(preset.ReadFile(file))));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Features_OfAllCrops_AverageToPyTorchs(int images)
    {
        var files = Files();
        foreach (var stage in new[] { 1, 4 })
        {
            var channels = classifier.Network.Variant.StageChannels(stage);

            var read = ScoredImages<string>.Of(images, preset, (i, target) => Read(files[i], target), pixels => classifier.Features(pixels, stage));

            for (var i = 0; i < images; i++)
            {
                var features = read.Figures(i);
                Assert.AreEqual(channels, features.Length);
                Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(Cases()[i].GetProperty("features").Floats($"{stage}"), features[..12].ToArray()));
            }
        }

        static string? Read(string file, Span<byte> target)
        {
            new ImageReader(preset).Read(file, target);
            return null;
        }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(1)]
    [DataRow(25)]
    [DataRow(1000)]
    public async Task ScoreFiles_BatchesOfAnySize_ScoreInOrder(int? batchSize)
    {
        var (cases, files) = (Cases(), Files());
        string[] all = [.. Enumerable.Range(0, 5).Select(i => i == 2 ? "missing.png" : files[i % 2])];

        var scores = classifier.ScoreFiles(all, batchSize: batchSize).ToList();
        var over = await classifier.ScoreFilesAsync(Over(all), batchSize: batchSize).ToListAsync();

        for (var i = 0; i < all.Length; i++)
        {
            if (i == 2)
            {
                Assert.IsNotNull(scores[i].Error);
                continue;
            }
            Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(cases[i % 2].Floats("probabilities"), scores[i].Scores!));
            Assert.IsLessThan(1e-5, ReferenceFile.RelativeError(scores[i].Scores!, over[i].Scores!));
        }

        static async IAsyncEnumerable<string> Over(string[] paths)
        {
            foreach (var path in paths)
            {
                await Task.Yield();
                yield return path;
            }
        }
    }

    [TestMethod]
    public void SaveLoad_TheCropsTravelWithTheNetwork()
    {
        classifier.Save(folder.File("classifier"));

        using var loaded = ImageClassifier.Load(folder.File("classifier"));

        Assert.AreEqual(ImageCrops.Ten, loaded.Preset.Crops);
        CollectionAssert.AreEqual(classifier.ScoreFile(Files()[0]), loaded.ScoreFile(Files()[0]));
    }

    [TestMethod]
    public void Load_CropsThatThereAreNot_SaysWhichThereAre()
    {
        foreach (var (crops, part) in new[] { ("\"Two\"", "'preset' cannot be read"), ("7", "the crops 7; there are Bilinear") })
        {
            classifier.Network.Save(folder.File("changed"), new Dictionary<string, string>
            {
                ["class_names"] = JsonSerializer.Serialize(classifier.ClassNames),
                ["preset"] = $$"""{"Height":8,"Width":8,"Mean":[0.5,0.5,0.5],"Std":[0.2,0.2,0.2],"Crops":{{crops}}}""",
            });

            Assert.Contains(part, Assert.ThrowsExactly<WeightFormatException>(() => ImageClassifier.Load(folder.File("changed"))).Message);
        }
    }

    [TestMethod]
    public void Create_TenCropsOfAPresetThatDoesNotResizeToAsMuch_IsRefused()
    {
        foreach (var small in new[] { preset with { ResizeShorterSide = null }, preset with { ResizeShorterSide = 63 }, preset with { ResizeShorterSide = null, ResizeTo = new(80, 63) } })
            Assert.Contains("ten crops of 64×64 pixels, and does not resize images to as much", Assert.ThrowsExactly<ArgumentException>(() => Classifier(small)).Message);
    }
}
