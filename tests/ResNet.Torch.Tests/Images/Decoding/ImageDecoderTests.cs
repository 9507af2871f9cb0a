using System.Drawing;
using ResNet.Torch.Images;
using ResNet.Torch.Tests.Images.Jpeg;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class ImageDecoderTests
{
    [TestMethod]
    public void Decode_EveryKindOfFile_GivesPillowsPixels()
    {
        foreach (var file in ImageFixture.All)
        {
            var (shape, pixels) = ImageFixture.Decode(file.File);

            Assert.AreEqual(new PixelShape(file.Height, file.Width, 3), shape, file.Name);
            Assert.IsLessThanOrEqualTo(file.Tolerance, ImageFixture.LargestDifference(file.Rgb, pixels), file.Name);
        }
    }

    [TestMethod]
    public void Decode_EveryKindOfFileAsGrey_GivesPillowsLuma()
    {
        foreach (var file in ImageFixture.All)
        {
            var (shape, pixels) = ImageFixture.Decode(file.File, channels: 1);

            Assert.AreEqual(new PixelShape(file.Height, file.Width, 1), shape, file.Name);
            Assert.IsLessThanOrEqualTo(file.Tolerance, ImageFixture.LargestDifference(file.Grey, pixels), file.Name);
        }
    }

    [TestMethod]
    public void Decode_TransparentFilesOverABackground_BlendAsPillowsPaste()
    {
        var transparent = ImageFixture.All.Where(file => file.Over is not null).ToList();
        CollectionAssert.IsSubsetOf(
            new[] { "rgba.png", "palette-transparent.png", "grey-alpha.png", "colour-key.png", "transparent.gif", "alpha.webp" },
            transparent.Select(file => file.Name).ToList());
        foreach (var file in transparent)
        {
            var (_, pixels) = ImageFixture.Decode(file.File, options: new() { Background = Color.FromArgb(10, 200, 30) });

            Assert.AreEqual(0, ImageFixture.LargestDifference(file.Over!, pixels), file.Name);
        }
    }

    // Orientation n of a 2×3 image whose pixels are numbered row by row: the table of EXIF 2.32, §4.6.4.
    [TestMethod]
    [DataRow(1, 2, 3, "1 2 3 4 5 6")]
    [DataRow(2, 2, 3, "3 2 1 6 5 4")]
    [DataRow(3, 2, 3, "6 5 4 3 2 1")]
    [DataRow(4, 2, 3, "4 5 6 1 2 3")]
    [DataRow(5, 3, 2, "1 4 2 5 3 6")]
    [DataRow(6, 3, 2, "4 1 5 2 6 3")]
    [DataRow(7, 3, 2, "6 3 5 2 4 1")]
    [DataRow(8, 3, 2, "3 6 2 5 1 4")]
    public void Turn_EveryOrientation_SetsThePixelsUpright(int orientation, int height, int width, string expected)
    {
        var shape = new PixelShape(2, 3, 1);
        var upright = new byte[6];

        PixelTurn.Turn([1, 2, 3, 4, 5, 6], shape, (SkiaSharp.SKEncodedOrigin)orientation, upright);

        Assert.AreEqual(new PixelShape(height, width, 1), PixelTurn.ShapeOf(shape, (SkiaSharp.SKEncodedOrigin)orientation));
        Assert.AreEqual(expected, string.Join(' ', upright));
    }

    [TestMethod]
    public void Decode_OrientationLeftAlone_GivesPixelsAsTheyWereTaken()
    {
        foreach (var file in ImageFixture.All.Where(file => file.Name.StartsWith("turned", StringComparison.Ordinal)))
        {
            var (shape, _) = ImageFixture.Decode(file.File, options: new() { ApplyOrientation = false });

            Assert.AreEqual(new PixelShape(6, 11, 3), shape, file.Name);
        }
        var (_, turned) = ImageFixture.Decode(ImageFixture.Find("turned3.jpg").File, options: new() { ApplyOrientation = false });
        var (_, lying) = ImageFixture.Decode(ImageFixture.Find("turned3.jpg").File);
        CollectionAssert.AreEqual(lying.Chunk(3).Reverse().SelectMany(pixel => pixel).ToArray(), turned); // 3 is half a turn
    }

    [TestMethod]
    public void Decode_JpegManyTimesTooLarge_IsReducedAndStaysWithinTolerance()
    {
        var (jpeg, expected) = (ImageFixture.Large("file"), ImageFixture.Large("rgb"));
        var preset = ImagePreset.ImageNet(12, 12) with { ResizeShorterSide = 15 };
        byte[] reduced = new byte[preset.ImageBytes], whole = new byte[preset.ImageBytes];

        new ImageReader(preset).Read(jpeg, reduced);
        new ImageReader(preset, new() { ReducesLargeJpegs = false }).Read(jpeg, whole);

        Assert.AreEqual(0, ImageFixture.LargestDifference(expected, whole));
        Assert.IsLessThanOrEqualTo(3, ImageFixture.LargestDifference(expected, reduced));
        CollectionAssert.AreNotEqual(whole, reduced);
        using var image = ImageDecoder.Decode(new(jpeg, null), 3, new(), leastSide: 60);
        Assert.AreEqual((new PixelShape(61, 82, 4), new ImageSize(121, 163), 4), (image.Shape, image.Size, image.Eighths)); // half, rounded up
    }

    [TestMethod]
    [DataRow(Interpolation.Nearest, true)]
    [DataRow(Interpolation.Box, true)]
    [DataRow(Interpolation.Bilinear, false)]
    public void Read_ResizingThatDoesNotAverageSmoothly_DecodesTheWholeJpeg(Interpolation interpolation, bool antialias)
    {
        var preset = ImagePreset.ImageNet(12, 12) with { ResizeShorterSide = 15, Interpolation = interpolation, Antialias = antialias };
        byte[] byDefault = new byte[preset.ImageBytes], whole = new byte[preset.ImageBytes];

        new ImageReader(preset).Read(ImageFixture.Large("file"), byDefault);
        new ImageReader(preset, new() { ReducesLargeJpegs = false }).Read(ImageFixture.Large("file"), whole);

        CollectionAssert.AreEqual(whole, byDefault);
    }

    [TestMethod]
    public void Read_CropOfAJpeg_IsWhatTheWholeImageGives()
    {
        ImagePreset[] presets =
        [
            .. Enum.GetValues<Interpolation>().Select(interpolation => ImagePreset.ImageNet(30, 20) with { ResizeShorterSide = 40, Interpolation = interpolation }),
            ImagePreset.ImageNet(30, 20) with { ResizeShorterSide = 200 },
            ImagePreset.ImageNet(30, 20) with { ResizeTo = new(33, 50), Antialias = false },
            ImagePreset.ImageNet(150, 90) with { ResizeShorterSide = 100 },
            ImagePreset.ImageNet(30, 20, channels: 1) with { ResizeShorterSide = 40 },
        ];
        foreach (var jpeg in new[] { ImageFixture.Large("file"), JpegFixture.Encode(90, 160, 80, SkiaSharp.SKJpegEncoderDownsample.Downsample444), JpegFixture.Encode(200, 101, 80, SkiaSharp.SKJpegEncoderDownsample.Downsample422) })
        {
            foreach (var preset in presets)
            {
                byte[] crop = new byte[preset.ImageBytes], expected = new byte[preset.ImageBytes];
                using var whole = ImageDecoder.Decode(new(jpeg, null), preset.Channels, new());
                Assert.IsNull(preset.Prepare(whole, expected));

                new ImageReader(preset, new() { ReducesLargeJpegs = false }).Read(jpeg, crop);

                CollectionAssert.AreEqual(expected, crop, preset.ToString());
            }
        }
    }

    [TestMethod]
    public void Decode_FromManyThreads_GivesOneAnswer()
    {
        var preset = ImagePreset.ImageNet(8, 8) with { ResizeShorterSide = 9 };
        var reader = new ImageReader(preset);
        byte[] Read(ImageFixture file)
        {
            var target = new byte[preset.ImageBytes];
            reader.Read(file.File, target);
            return target;
        }
        var expected = ImageFixture.All.Select(Read).ToList();

        Parallel.For(0, 40 * expected.Count, new() { MaxDegreeOfParallelism = 8 }, i =>
            CollectionAssert.AreEqual(expected[i % expected.Count], Read(ImageFixture.All[i % expected.Count]), ImageFixture.All[i % expected.Count].Name));
    }

    [TestMethod]
    public void Read_SameImageAgain_TakesNoNewMemory()
    {
        var preset = ImagePreset.ImageNet(12, 12) with { ResizeShorterSide = 15 };
        var (reader, target, jpeg) = (new ImageReader(preset, new() { ReducesLargeJpegs = false }), new byte[preset.ImageBytes], ImageFixture.Large("file"));
        reader.Read(jpeg, target);
        reader.Read(jpeg, target);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
            reader.Read(jpeg, target);

        Assert.IsLessThan(163 * 121, (GC.GetAllocatedBytesForCurrentThread() - before) / 50); // not even a byte a pixel
    }
}
