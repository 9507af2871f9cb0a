using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class RandomDrawTests
{
    const int Draws = 20_000;

    static SeededRandom Random(int index) => new(1, 2, index, SeededRandom.Use.Image);

    [TestMethod]
    public void RandomResizedCrop_Boxes_LieInsideAndInRange()
    {
        var crop = new RandomResizedCrop();
        double shares = 0;
        for (var i = 0; i < Draws; i++)
        {
            var random = Random(i);
            var box = crop.Draw(ref random, 224, 200);
            Assert.IsTrue(box.Left >= 0 && box.Top >= 0 && box.Left + box.Width <= 224 && box.Top + box.Height <= 200, $"{box}");
            // sides are rounded to whole pixels: the smallest, 49, by 1 % at most
            var (share, ratio) = (box.Width * box.Height / (224.0 * 200), (double)box.Width / box.Height);
            Assert.IsTrue(share is > 0.08 * 0.98 and <= 1 && ratio is > 0.75 * 0.98 and < 4 / 3.0 * 1.02, $"{box}");
            shares += share;
        }
        // below the 0.54 of a uniform share, for large boxes fit in few shapes and are drawn again: torchvision's rule in numpy, 10^6 draws
        Assert.AreEqual(0.4739, shares / Draws, 4 * 0.2335 / Math.Sqrt(Draws));
    }

    [TestMethod]
    [DataRow(0.25, 1.0, 50, 50)]
    [DataRow(0.25, 4.0, 100, 25)]
    [DataRow(0.09, 0.25, 15, 60)]
    public void RandomResizedCrop_OneScaleAndRatio_GivesThatAreaAndWidthByHeight(double scale, double ratio, int width, int height)
    {
        var random = Random(0);
        var box = new RandomResizedCrop { MinScale = scale, MaxScale = scale, MinRatio = ratio, MaxRatio = ratio }.Draw(ref random, 100, 100);

        Assert.AreEqual((width, height), (box.Width, box.Height));
    }

    [TestMethod]
    public void RandomResizedCrop_Places_AreAllReached()
    {
        var crop = new RandomResizedCrop { MinScale = 0.25, MaxScale = 0.25, MinRatio = 1, MaxRatio = 1 };
        var places = new HashSet<(int, int)>();
        for (var i = 0; i < 1000; i++)
        {
            var random = Random(i);
            var box = crop.Draw(ref random, 6, 6);
            places.Add((box.Left, box.Top));
        }

        Assert.HasCount(16, places); // 3 × 3 pixels in 6 × 6
    }

    [TestMethod]
    [DataRow(400, 100, 133, 100)] // wider than 4/3: the whole height
    [DataRow(100, 400, 100, 133)] // narrower than 3/4: the whole width
    [DataRow(100, 100, 100, 100)]
    public void RandomResizedCrop_NoBoxFits_TakesTheLargestAtTheMiddle(int width, int height, int expectedWidth, int expectedHeight)
    {
        var box = new RandomResizedCrop().Central(width, height);

        Assert.AreEqual(new((width - expectedWidth) / 2, (height - expectedHeight) / 2, expectedWidth, expectedHeight), box);
    }

    [TestMethod]
    public void RandomResizedCrop_ShapeThatNeverFits_IsCutFromTheMiddle()
    {
        var crop = new RandomResizedCrop { MinScale = 1, MinRatio = 4, MaxRatio = 4 };
        var random = Random(0);

        Assert.AreEqual(new(0, 38, 100, 25), crop.Draw(ref random, 100, 101)); // 100/4 = 25 rows, (101 − 25)/2 from the top
    }

    [TestMethod]
    public void RandomErasing_Boxes_AreSmallerThanTheImageAndInRange()
    {
        for (var i = 0; i < Draws; i++)
        {
            var random = Random(i);
            var box = RandomErasing.Draw(ref random, 224, 200)!.Value;
            Assert.IsTrue(box.Left >= 0 && box.Top >= 0 && box.Left + box.Width <= 224 && box.Top + box.Height <= 200, $"{box}");
            // the smallest side, 16, is rounded by 3 % at most
            var (share, ratio) = (box.Width * box.Height / (224.0 * 200), (double)box.Height / box.Width);
            Assert.IsTrue(share is > 0.02 * 0.96 and < 0.33 * 1.02 && ratio is > 0.3 * 0.96 and < 3.3 * 1.04, $"{box}");
        }
    }

    [TestMethod]
    public void RandomErasing_ImageOfOnePixel_ErasesNothing()
    {
        var random = Random(0);

        Assert.IsFalse(RandomErasing.Draw(ref random, 1, 1) is { Width: > 0, Height: > 0 });
    }

    [TestMethod]
    [DataRow(0.01)]
    [DataRow(0.2)]
    [DataRow(1.0)]
    [DataRow(3.0)]
    public void Beta_OfAnyAlpha_HasItsMeanAndVariance(double alpha)
    {
        var draws = Enumerable.Range(0, Draws).Select(i =>
        {
            var random = Random(i);
            return random.Beta(alpha);
        }).ToArray();
        var variance = 1 / (8 * alpha + 4);

        Assert.IsTrue(draws.All(x => x is >= 0 and <= 1));
        Assert.AreEqual(0.5, draws.Average(), 4 * Math.Sqrt(variance / Draws));
        // (x − ½)² is at most ¼ and has mean `variance`: its own variance is below variance/4
        Assert.AreEqual(variance, draws.Average(x => (x - 0.5) * (x - 0.5)), 4 * Math.Sqrt(variance / 4 / Draws));
    }

    [TestMethod]
    public void Next_EveryValueBelowTheEnd_IsAsFrequent()
    {
        var counts = new int[6];
        for (var i = 0; i < Draws; i++)
            counts[Random(i).Next(6)]++;

        var expected = Draws / 6.0;
        // chi-squared, 5 degrees of freedom: above 25.7 once in 10^4
        Assert.IsLessThan(25.7, counts.Sum(c => (c - expected) * (c - expected) / expected));
    }

    [TestMethod]
    public void Shuffle_EveryOrderOfFour_IsAsFrequent()
    {
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < Draws; i++)
        {
            var random = Random(i);
            int[] order = [0, 1, 2, 3];
            random.Shuffle(order);
            counts[string.Concat(order)] = counts.GetValueOrDefault(string.Concat(order)) + 1;
        }

        var expected = Draws / 24.0;
        Assert.HasCount(24, counts);
        // chi-squared, 23 degrees of freedom: above 57 once in 10^4
        Assert.IsLessThan(57, counts.Values.Sum(c => (c - expected) * (c - expected) / expected));
    }

    [TestMethod]
    public void NextDouble_OtherUseOrIndex_GivesAnotherNumber()
    {
        var seen = new HashSet<double>();
        foreach (var use in Enum.GetValues<SeededRandom.Use>())
        {
            for (var index = 0; index < 1000; index++)
                Assert.IsTrue(seen.Add(new SeededRandom(0, 0, index, use).NextDouble()));
        }
    }

    [TestMethod]
    public void CutMixBox_Share_CoversTheRestOfTheArea()
    {
        for (var i = 0; i < Draws; i++)
        {
            var random = Random(i);
            var box = BatchMix.DrawBox(ref random, 40, 20, share: 0.75);
            // half of the sides: 10 and 5 to each side of a pixel, less at the edges
            Assert.IsTrue(box.Left >= 0 && box.Top >= 0 && box.Left + box.Width <= 40 && box.Top + box.Height <= 20, $"{box}");
            Assert.IsTrue(box.Width is >= 10 and <= 20 && box.Height is >= 5 and <= 10, $"{box}");
        }
    }
}
