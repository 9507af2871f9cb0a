using System.Text.Json;
using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class PresetPixelsTests
{
    [TestMethod]
    public void Prepare_ResizesCropsAndKernels_GiveTorchvisionsPixels()
    {
        var wrong = new List<string>();
        foreach (var @case in ReferenceFile.Read("prepare-pil.json").GetProperty("cases").EnumerateArray())
        {
            var preset = Preset(@case);
            using var image = Image(FormulaImage.Shape(@case));
            var target = new byte[(preset.Crops == ImageCrops.Ten ? 10 : 1) * preset.ImageBytes];

            Assert.IsNull(preset.Prepare(image, target));

            if (FormulaImage.Digest(target) != FormulaImage.Text(@case, "digest"))
                wrong.Add(@case.ToString());
        }
        Assert.IsEmpty(wrong, string.Join("\n", wrong));
    }

    [TestMethod]
    public void Prepare_ShorterSideThenCentreCrop_GivesTorchvisionsPixels()
    {
        foreach (var @case in ReferenceFile.Read("resize-pil.json").GetProperty("cases").EnumerateArray())
        {
            int width = FormulaImage.Int(@case, "width"), height = FormulaImage.Int(@case, "height"), crop = FormulaImage.Int(@case, "crop");
            var preset = ImagePreset.ImageNet(crop, crop) with { ResizeShorterSide = FormulaImage.Int(@case, "resize") };
            using var image = Waves(width, height);
            var target = new byte[preset.ImageBytes];

            Assert.IsNull(preset.Prepare(image, target));

            int[] grid = [.. @case.GetProperty("grid").EnumerateArray().Select(v => v.GetInt32())];
            var expected = @case.GetProperty("rgb").EnumerateArray().SelectMany(row => row.EnumerateArray()).SelectMany(pixel => pixel.EnumerateArray()).Select(v => v.GetInt32());
            var actual = grid.SelectMany(y => grid.SelectMany(x => target.Skip((y * crop + x) * 3).Take(3)));
            Assert.AreEqual(0, expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), $"{width}×{height}");
            for (var c = 0; c < 3; c++)
                Assert.AreEqual(@case.GetProperty("mean")[c].GetDouble(), target.Where((_, i) => i % 3 == c).Average(v => v), 1e-9);
        }
    }

    [TestMethod]
    public void Prepare_ImageOfThePresetsSize_IsCopied()
    {
        var shape = new PixelShape(11, 15, 3);
        using var image = Image(shape);
        var target = new byte[shape.Bytes];

        Assert.IsNull(ImagePreset.ImageNet(11, 15).Prepare(image, target));

        CollectionAssert.AreEqual(FormulaImage.Of(shape), target);
    }

    [TestMethod]
    public void Prepare_OtherSizeWithoutResizing_SaysWhatToSet()
    {
        using var image = Image(new(11, 15, 3));

        var fault = ImagePreset.ImageNet(8, 9).Prepare(image, new byte[8 * 9 * 3]);

        Assert.AreEqual("an image of 15×11 pixels, where 9×8 is expected. A preset with ResizeShorterSide or ResizeTo takes images of any size", fault);
    }

    [TestMethod]
    public void Prepare_TenCropsOfAnImageSmallerThanTheCrop_SaysSo()
    {
        using var image = Image(new(11, 15, 3));

        var fault = (ImagePreset.ImageNet(10, 8) with { ResizeShorterSide = 9, Crops = ImageCrops.Ten }).Prepare(image, new byte[10 * 10 * 8 * 3]);

        Assert.AreEqual("12×9 pixels after resizing, too few for ten crops of 8×10", fault);
    }

    [TestMethod]
    public void Prepare_OnePixelWideAndVeryLong_TakesLittleMemoryOrSaysWhyNot()
    {
        var preset = ImagePreset.ImageNet(224, 224) with { ResizeShorterSide = 256 };
        using var image = new DecodedImage(new(60_000, 1, 3));
        image.Pixels.Fill(77);
        var target = new byte[preset.ImageBytes];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.IsNull(preset.Prepare(image, target)); // 256×15,360,000 pixels, of which a window is worked out

        Assert.IsLessThan(16 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual((77, 77), (target.Min(), target.Max()));
        using var longer = new DecodedImage(new(10_000_000, 1, 3));
        Assert.Contains("too long and narrow", preset.Prepare(longer, target)!);
    }

    static ImagePreset Preset(JsonElement @case)
    {
        var (resize, crop) = (@case.GetProperty("resize"), @case.GetProperty("crop"));
        var preset = ImagePreset.ImageNet(crop[0].GetInt32(), crop[1].GetInt32(), FormulaImage.Int(@case, "channels")) with { Interpolation = Enum.Parse<Interpolation>(FormulaImage.Text(@case, "kernel")), Crops = Enum.Parse<ImageCrops>(FormulaImage.Text(@case, "crops")) };
        return resize.ValueKind == JsonValueKind.Array
            ? preset with { ResizeTo = new(resize[0].GetInt32(), resize[1].GetInt32()) }
            : preset with { ResizeShorterSide = resize.GetInt32() };
    }

    static DecodedImage Image(PixelShape shape)
    {
        var image = new DecodedImage(shape);
        FormulaImage.Of(shape).CopyTo(image.Pixels);
        return image;
    }

    static DecodedImage Waves(int width, int height)
    {
        var image = new DecodedImage(new(height, width, 3));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = image.Pixels.Slice((y * width + x) * 3, 3);
                pixel[0] = (byte)(7 * x + 13 * y);
                pixel[1] = (byte)Math.Round(127.5 + 127.5 * Math.Sin(x / 9.0) * Math.Cos(y / 7.0));
                pixel[2] = (byte)(255 * ((x / 16 + y / 16) % 2));
            }
        }
        return image;
    }
}
