using System.Text.Json;
using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class PixelResizeTests
{
    [TestMethod]
    public void Resize_BoxesSizesAndKernels_GivePillowsPixels()
    {
        var wrong = new List<string>();
        foreach (var @case in ReferenceFile.Read("resize-kernels-pil.json").GetProperty("cases").EnumerateArray())
        {
            var shape = FormulaImage.Shape(@case);
            var (box, window) = (Box(@case, "box"), Box(@case, "window"));
            var to = Ints(@case, "to");
            var target = new byte[window.Width * window.Height * shape.Channels];
            PixelResize.Resize(FormulaImage.Of(shape), shape, box, to[1], to[0], window, target, Enum.Parse<Interpolation>(FormulaImage.Text(@case, "kernel")));
            if (FormulaImage.Digest(target) != FormulaImage.Text(@case, "digest"))
                wrong.Add(@case.ToString());
        }
        Assert.IsEmpty(wrong, string.Join("\n", wrong));
    }

    [TestMethod]
    public void Resize_NotAntialiased_GivesTorchsPixels()
    {
        foreach (var @case in ReferenceFile.Read("resize-kernels-pil.json").GetProperty("plain").EnumerateArray())
        {
            var (shape, to, expected) = (FormulaImage.Shape(@case), Ints(@case, "to"), @case.GetProperty("pixels").GetBytesFromBase64());
            var target = new byte[expected.Length];
            PixelResize.Resize(FormulaImage.Of(shape), shape, new(0, 0, shape.Width, shape.Height), target, new(to[1], to[0], shape.Channels), antialias: false);

            Assert.IsLessThanOrEqualTo(1, expected.Zip(target, (e, a) => Math.Abs(e - a)).Max()); // torch rounds once, at the end
        }
    }

    [TestMethod]
    public void Resize_ShorterSideThenCentreCrop_GivesTorchvisionsPixels()
    {
        foreach (var @case in ReferenceFile.Read("resize-pil.json").GetProperty("cases").EnumerateArray())
        {
            int width = FormulaImage.Int(@case, "width"), height = FormulaImage.Int(@case, "height");
            int shorter = FormulaImage.Int(@case, "resize"), crop = FormulaImage.Int(@case, "crop");
            int toWidth = width <= height ? shorter : shorter * width / height, toHeight = width <= height ? shorter * height / width : shorter;
            var window = new PixelBox((int)Math.Round((toWidth - crop) / 2.0), (int)Math.Round((toHeight - crop) / 2.0), crop, crop);
            var target = new byte[crop * crop * 3];
            PixelResize.Resize(Waves(width, height), new(height, width, 3), new(0, 0, width, height), toHeight, toWidth, window, target);

            var grid = Ints(@case, "grid");
            var expected = @case.GetProperty("rgb").EnumerateArray().SelectMany(row => row.EnumerateArray()).SelectMany(pixel => pixel.EnumerateArray()).Select(v => v.GetInt32());
            var actual = grid.SelectMany(y => grid.SelectMany(x => target.Skip((y * crop + x) * 3).Take(3)));
            Assert.AreEqual(0, expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), $"{width}×{height}");
            for (var c = 0; c < 3; c++)
                Assert.AreEqual(@case.GetProperty("mean")[c].GetDouble(), target.Where((_, i) => i % 3 == c).Average(v => v), 1e-9);
        }
    }

    [TestMethod]
    public void Resize_TwoPixelsToFour_WeighsThreeToOne()
    {
        var target = new byte[4];
        PixelResize.Resize([0, 200], new(1, 2, 1), new(0, 0, 2, 1), target, new(1, 4, 1));

        CollectionAssert.AreEqual(new byte[] { 0, 50, 150, 200 }, target);
    }

    static byte[] Waves(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = (y * width + x) * 3;
                pixels[at] = (byte)(7 * x + 13 * y);
                pixels[at + 1] = (byte)Math.Round(127.5 + 127.5 * Math.Sin(x / 9.0) * Math.Cos(y / 7.0));
                pixels[at + 2] = (byte)(255 * ((x / 16 + y / 16) % 2));
            }
        }
        return pixels;
    }

    static int[] Ints(JsonElement element, string property) => [.. element.GetProperty(property).EnumerateArray().Select(v => v.GetInt32())];

    static PixelBox Box(JsonElement element, string property) => Ints(element, property) is [var left, var top, var width, var height]
        ? new(left, top, width, height)
        : throw new JsonException($"{property}: a box has four numbers.");
}
