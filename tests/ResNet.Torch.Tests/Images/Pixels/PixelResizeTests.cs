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
            var pixels = FormulaImage.Of(shape);
            var forms = new List<(byte[] Pixels, PixelShape Shape)> { (pixels, shape) };
            if (shape.Channels == 3)
                forms.Add(([.. pixels.Chunk(3).SelectMany(pixel => pixel.Append((byte)255))], shape with { Channels = 4 })); // as they are decoded
            foreach (var form in forms)
            {
                var target = new byte[window.Width * window.Height * shape.Channels];
                PixelResize.Resize(form.Pixels, form.Shape, box, to[1], to[0], window, target, Enum.Parse<Interpolation>(FormulaImage.Text(@case, "kernel")));
                if (FormulaImage.Digest(target) != FormulaImage.Text(@case, "digest"))
                    wrong.Add($"{form.Shape.Channels} channels: {@case}");
            }
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
    public void Resize_TwoPixelsToFour_WeighsThreeToOne()
    {
        var target = new byte[4];
        PixelResize.Resize([0, 200], new(1, 2, 1), new(0, 0, 2, 1), target, new(1, 4, 1));

        CollectionAssert.AreEqual(new byte[] { 0, 50, 150, 200 }, target);
    }

    static int[] Ints(JsonElement element, string property) => [.. element.GetProperty(property).EnumerateArray().Select(v => v.GetInt32())];

    static PixelBox Box(JsonElement element, string property) => Ints(element, property) is [var left, var top, var width, var height]
        ? new(left, top, width, height)
        : throw new JsonException($"{property}: a box has four numbers.");
}
