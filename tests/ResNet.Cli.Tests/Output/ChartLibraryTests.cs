using Microsoft.ML.Data;
using ResNet.Cli.Output;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Output;

/// <summary>Pictures drawn with another SkiaSharp than the one that reads them here.</summary>
[TestClass]
public sealed class ChartLibraryTests
{
    [TestMethod]
    public void Save_LossThatFallsAroundOneRate_MarksThatRate()
    {
        using var folder = new TemporaryFolder();
        // A Gaussian valley, half a decade wide and lowest at 1e-1, from 1e-3 to 1e0: it falls fastest at 10^-1.5, which is halfway.
        var measured = Enumerable.Range(0, 61).Select(i => -3 + i / 20.0).Select(decade => (Math.Pow(10, decade), 2 - Math.Exp(-2 * (decade + 1) * (decade + 1))));
        var curve = LearningRateCurve.Of(measured, smoothing: 0);
        Assert.AreEqual(-1.5, Math.Log10(curve.Suggestion!.Value), 0.051);

        var columns = Columns(Picture(curve, folder));

        Assert.HasCount(900, columns);
        var frame = columns.Index().Where(column => column.Item.Black > 350).Select(column => column.Index).ToList();
        var mark = columns.Index().Where(column => column.Item.Red > 350).Select(column => column.Index).ToList();
        Assert.AreEqual((frame[0] + frame[^1]) / 2.0, mark.Average(), 16); // a step of the test to either side
        Assert.IsLessThan(10, columns[frame[0]..frame[^1]].Count(column => column.Blue == 0)); // the curve goes from one side to the other, under the mark and the frame
    }

    [TestMethod]
    public void Save_LossThatIsNoNumberAtOnce_IsAnEmptyPicture()
    {
        using var folder = new TemporaryFolder();

        var columns = Columns(Picture(LearningRateCurve.Of([(0.1, double.NaN)]), folder));

        Assert.HasCount(900, columns);
        Assert.AreEqual(0, columns.Sum(column => column.Red + column.Blue));
    }

    static string Picture(LearningRateCurve curve, TemporaryFolder folder)
    {
        var path = folder.File("curve.png");
        using (var file = File.Create(path))
            ChartLibrary.Save(curve, file);
        return path;
    }

    /// <summary>Pixels in each column that are as black as the frame, as red as the mark, and as blue as the curve.</summary>
    static List<(int Black, int Red, int Blue)> Columns(string picture)
    {
        using var image = MLImage.CreateFromFile(picture);
        Assert.AreEqual(MLPixelFormat.Bgra32, image.PixelFormat);
        var columns = new List<(int Black, int Red, int Blue)>();
        for (var x = 0; x < image.Width; x++)
        {
            var column = (Black: 0, Red: 0, Blue: 0);
            for (var y = 0; y < image.Height; y++)
            {
                var pixel = image.Pixels.Slice(4 * (y * image.Width + x), 4);
                var (blue, green, red) = (pixel[0], pixel[1], pixel[2]);
                column.Black += red < 60 && green < 60 && blue < 60 ? 1 : 0;
                column.Red += red > 150 && green < 60 && blue < 60 ? 1 : 0;
                column.Blue += blue > 100 && red < 60 && green < 60 ? 1 : 0;
            }
            columns.Add(column);
        }
        return columns;
    }
}
