using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class AugmenterTests
{
    static readonly AugmentationOptions everything = new()
    {
        VerticalFlip = 0.3,
        RandomResizedCrop = new(),
        ColorJitter = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.1 },
        AutoAugment = AutoAugmentPolicy.RandAugment,
        RandomErasing = 0.5,
        MixupAlpha = 0.2,
        CutMixAlpha = 1,
    };

    static byte[] Apply(AugmentationOptions options, ImagePreset preset, int seed, int epoch, int index)
    {
        var target = new byte[preset.ImageBytes];
        new Augmenter(options, preset, seed).Apply(FormulaImage.Of(new(preset)), target, epoch, index);
        return target;
    }

    [TestMethod]
    public void Apply_NothingAskedFor_LeavesTheImage()
    {
        var preset = ImagePreset.ImageNet(9, 7);

        CollectionAssert.AreEqual(FormulaImage.Of(new(preset)), Apply(AugmentationOptions.None, preset, 1, 2, 3));
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(1)]
    public void Apply_SameSeedEpochAndImage_GivesTheSame_AndOthersDiffer(int channels)
    {
        var preset = ImagePreset.ImageNet(30, 27, channels);
        byte[] Of(int seed, int epoch, int index) => Apply(everything, preset, seed, epoch, index);

        CollectionAssert.AreEqual(Of(1, 2, 3), Of(1, 2, 3));
        byte[][] others = [Of(1, 2, 3), Of(2, 2, 3), Of(1, 3, 3), Of(1, 2, 4), Of(2, 1, 3), Of(3, 2, 1)];
        Assert.HasCount(others.Length, others.Select(Convert.ToHexString).Distinct());
    }

    [TestMethod]
    public void Apply_OneThreadOrEight_GivesTheSame()
    {
        var preset = ImagePreset.ImageNet(32, 32);
        var augmenter = new Augmenter(everything with { AutoAugment = AutoAugmentPolicy.TrivialAugmentWide }, preset, seed: 5);
        var image = FormulaImage.Of(new(preset));
        var alone = new byte[64][];
        var together = new byte[64][];
        for (var i = 0; i < 64; i++)
            augmenter.Apply(image, alone[i] = new byte[image.Length], epoch: 1, i);
        var threads = Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (var i = t; i < 64; i += 8)
                augmenter.Apply(image, together[i] = new byte[image.Length], epoch: 1, i);
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        for (var i = 0; i < 64; i++)
            CollectionAssert.AreEqual(alone[i], together[i]);
    }

    [TestMethod]
    public void Apply_FlipsAlways_MirrorsBothWays()
    {
        var target = new byte[4];
        new Augmenter(new() { HorizontalFlip = 1, VerticalFlip = 1 }, ImagePreset.ImageNet(2, 2, channels: 1), seed: 0).Apply([1, 2, 3, 4], target, 0, 0);

        CollectionAssert.AreEqual(new byte[] { 4, 3, 2, 1 }, target);
    }

    [TestMethod]
    public void Apply_FlipByHalf_MirrorsAboutHalfOfTheImages()
    {
        var augmenter = new Augmenter(new(), ImagePreset.ImageNet(1, 2, channels: 1), seed: 0);
        var target = new byte[2];
        var mirrored = 0;
        for (var i = 0; i < 10_000; i++)
        {
            augmenter.Apply([1, 2], target, epoch: 0, i);
            mirrored += target[0] - 1;
        }

        Assert.AreEqual(5000, mirrored, 4 * 50.0); // √(10,000/4) = 50
    }

    [TestMethod]
    public void Apply_CropPadding_GivesEveryShiftAsOften()
    {
        // one lit pixel in the middle of 5 × 5, moved by −2 to 2 each way
        var image = new byte[25];
        image[12] = 1;
        var augmenter = new Augmenter(new() { HorizontalFlip = 0, CropPadding = 2 }, ImagePreset.ImageNet(5, 5, channels: 1), seed: 3);
        var (target, counts) = (new byte[25], new int[25]);
        for (var i = 0; i < 10_000; i++)
        {
            augmenter.Apply(image, target, epoch: 0, i);
            counts[Array.IndexOf(target, (byte)1)]++;
        }

        // chi-squared, 24 degrees of freedom: above 59 once in 10^4
        Assert.IsLessThan(59, counts.Sum(c => (c - 400) * (c - 400) / 400.0));
    }

    [TestMethod]
    public void Apply_ErasingAlways_FillsWithThePresetsMeanPixel_AfterTheJitter()
    {
        var preset = ImagePreset.ImageNet(64, 64);
        var target = new byte[preset.ImageBytes];
        new Augmenter(new() { RandomErasing = 1, ColorJitter = new() { Brightness = 0.9 } }, preset, seed: 0).Apply(new byte[preset.ImageBytes], target, 0, 0);

        var erased = target.Chunk(3).Where(pixel => pixel.Any(v => v != 0)).ToArray();
        Assert.IsTrue(erased.Length is > 64 * 64 / 60 and < 64 * 64 / 3 + 64, $"{erased.Length} of {64 * 64} pixels");
        // 255 · (0.485, 0.456, 0.406)
        Assert.IsTrue(erased.All(pixel => pixel is [124, 116, 104]));
    }

    [TestMethod]
    public void Apply_TrivialAugmentWide_DrawsEveryOperationMagnitudeAndSignOfTorchvisions()
    {
        var expected = ReferenceFile.Read("autoaugment-pil.json").GetProperty("cases").EnumerateArray()
            .Where(@case => FormulaImage.Shape(@case) == new PixelShape(32, 32, 3))
            .SelectMany(@case => @case.GetProperty("digests").EnumerateArray().Select(digest => digest.GetString()!)).ToHashSet();
        var preset = ImagePreset.ImageNet(32, 32);
        var augmenter = new Augmenter(new() { HorizontalFlip = 0, AutoAugment = AutoAugmentPolicy.TrivialAugmentWide }, preset, seed: 0);
        var (image, target, seen) = (FormulaImage.Of(new(preset)), new byte[preset.ImageBytes], new HashSet<string>());
        for (var i = 0; i < 20_000; i++) // the rarest of the outcomes comes with 1 in 14 · 31 · 2: 23 times
        {
            augmenter.Apply(image, target, epoch: 0, i);
            seen.Add(FormulaImage.Digest(target));
        }

        // a magnitude whose last bit differs from torch.linspace's may give other pixels
        Assert.IsLessThanOrEqualTo(6, expected.Except(seen).Count());
        Assert.IsLessThanOrEqualTo(6, seen.Except(expected).Count());
    }

    [TestMethod]
    public void Apply_RandAugment_AppliesAsManyOperationsAsAsked()
    {
        // at magnitude 0 every operation but AutoContrast and Equalize leaves the image (Solarize inverts 255 alone, which it lacks)
        var preset = ImagePreset.ImageNet(32, 32, channels: 1);
        var image = FormulaImage.Of(new(preset));
        int Changed(int operations)
        {
            var augmenter = new Augmenter(new() { HorizontalFlip = 0, AutoAugment = AutoAugmentPolicy.RandAugment, RandAugmentOperations = operations, RandAugmentMagnitude = 0 }, preset, seed: 0);
            var target = new byte[image.Length];
            return Enumerable.Range(0, 2000).Count(i =>
            {
                augmenter.Apply(image, target, epoch: 0, i);
                return !image.AsSpan().SequenceEqual(target);
            });
        }

        // 1 − (12/14)^n of 2000, within four standard deviations
        Assert.AreEqual(2000 * 0.1429, Changed(1), 4 * 15.7);
        Assert.AreEqual(2000 * 0.6034, Changed(6), 4 * 21.9);
    }

    [TestMethod]
    public void Apply_ColorJitter_DrawsFactorsOverTheirWholeRange()
    {
        var preset = ImagePreset.ImageNet(1, 1, channels: 1);
        var augmenter = new Augmenter(new() { HorizontalFlip = 0, ColorJitter = new() { Brightness = 0.4 } }, preset, seed: 0);
        var target = new byte[1];
        var values = Enumerable.Range(0, 5000).Select(i =>
        {
            augmenter.Apply([100], target, epoch: 0, i);
            return target[0];
        }).ToArray();

        // 100 · (0.6 to 1.4), cut off to whole numbers; the standard deviation of a uniform draw is 80/√12
        Assert.AreEqual(60, values.Min());
        Assert.AreEqual(139, values.Max());
        Assert.AreEqual(99.5, values.Average(v => v), 4 * 23.1 / Math.Sqrt(5000));
    }

    [TestMethod]
    public void Mix_Off_LeavesTheBatch()
    {
        byte[] batch = [1, 2, 3, 4];

        Assert.IsNull(new Augmenter(new(), ImagePreset.ImageNet(1, 1, channels: 1), 0).Mix(batch, 4, 0, 0));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4 }, batch);
    }

    [TestMethod]
    public void Mix_Mixup_KeepsTheShareOfEachImage()
    {
        var augmenter = new Augmenter(new() { MixupAlpha = 1 }, ImagePreset.ImageNet(1, 1, channels: 1), 0);
        for (var step = 0; step < 100; step++)
        {
            byte[] batch = [0, 200, 77];
            var share = augmenter.Mix(batch, count: 2, epoch: 1, step)!.Value.Share;

            Assert.AreEqual(200 * (1 - share), batch[0], 0.5001);
            Assert.AreEqual(200 * share, batch[1], 0.5001);
            Assert.AreEqual(77, batch[2]); // beyond the count
        }
    }

    [TestMethod]
    public void Mix_CutMix_ShareIsThatOfThePixelsKept()
    {
        var augmenter = new Augmenter(new() { CutMixAlpha = 1 }, ImagePreset.ImageNet(8, 8, channels: 1), 0);
        var shares = new HashSet<float>();
        for (var step = 0; step < 100; step++)
        {
            byte[] batch = [.. new byte[64], .. Enumerable.Repeat((byte)1, 64)];
            var share = augmenter.Mix(batch, count: 2, epoch: 1, step)!.Value.Share;

            Assert.AreEqual(share, batch.Take(64).Count(v => v == 0) / 64f);
            Assert.AreEqual(share, batch.Skip(64).Count(v => v == 1) / 64f);
            shares.Add(share);
        }
        Assert.IsGreaterThan(5, shares.Count);
    }

    [TestMethod]
    public void Mix_Both_TakesEachForHalfOfTheBatches()
    {
        var augmenter = new Augmenter(new() { MixupAlpha = 1, CutMixAlpha = 1 }, ImagePreset.ImageNet(16, 16, channels: 1), 0);
        var blended = 0;
        for (var step = 0; step < 1000; step++)
        {
            byte[] batch = [.. new byte[256], .. Enumerable.Repeat((byte)200, 256)];
            augmenter.Mix(batch, count: 2, epoch: 1, step);
            blended += batch.Any(v => v is not (0 or 200)) ? 1 : 0;
        }

        Assert.AreEqual(500, blended, 4 * 15.8); // √(1000/4) = 15.8
    }
}
