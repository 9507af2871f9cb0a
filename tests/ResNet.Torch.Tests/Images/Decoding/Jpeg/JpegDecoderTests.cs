using System.Buffers.Binary;
using ResNet.Torch.Images;
using ResNet.Torch.Images.Jpeg;
using SkiaSharp;

namespace ResNet.Torch.Tests.Images.Jpeg;

[TestClass]
public class JpegDecoderTests
{
    static readonly (int Width, int Height)[] sizes = [(1, 1), (3, 3), (5, 2), (7, 9), (8, 8), (15, 17), (16, 16), (17, 15), (31, 33), (33, 64), (50, 3), (97, 41), (130, 70)];

    [TestMethod]
    [DataRow(SKJpegEncoderDownsample.Downsample444)]
    [DataRow(SKJpegEncoderDownsample.Downsample422)]
    [DataRow(SKJpegEncoderDownsample.Downsample420)]
    public void TryDecode_SizesAndQualities_GivesLibjpegsPixels(SKJpegEncoderDownsample downsample)
    {
        foreach (var (width, height) in sizes)
        {
            foreach (var quality in new[] { 3, 40, 75, 92, 100 })
            {
                var jpeg = JpegFixture.Encode(width, height, quality, downsample);
                var isKnown = downsample == SKJpegEncoderDownsample.Downsample444 || width > 4; // rows of one or two chroma samples are left alone

                Assert.AreEqual(isKnown, IsSame(jpeg), $"{width}×{height}, quality {quality}");
            }
        }
    }

    // 4:2:2 files say that an MCU's two luma blocks lie side by side; here they say that one is above the other.
    [TestMethod]
    [DataRow(48, 48)]
    [DataRow(41, 39)]
    [DataRow(47, 33)]
    public void TryDecode_ChromaHalvedDownTheColumns_GivesLibjpegsPixels(int width, int height)
    {
        var jpeg = JpegFixture.Encode(48, 48, 90, SKJpegEncoderDownsample.Downsample422);
        var frame = JpegFixture.Find(jpeg, 0xC0);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), (ushort)width);
        Assert.AreEqual(0x21, jpeg[frame + 11]);
        jpeg[frame + 11] = 0x12;

        Assert.IsTrue(IsSame(jpeg));
    }

    [TestMethod]
    [DataRow(SKJpegEncoderDownsample.Downsample444, 6, 1)]
    [DataRow(SKJpegEncoderDownsample.Downsample420, 3, 11)]
    public void TryDecode_RestartMarkers_GivesLibjpegsPixels(SKJpegEncoderDownsample downsample, int mcus, int times)
    {
        var jpeg = JpegFixture.Encode(45, downsample == SKJpegEncoderDownsample.Downsample444 ? 8 : 16, 85, downsample);

        Assert.IsTrue(IsSame(JpegFixture.Repeat(jpeg, mcus, times)));
    }

    [TestMethod]
    [DataRow((byte)0x11, (byte)0x11)]
    [DataRow((byte)0x21, (byte)0x11)]
    [DataRow((byte)0x12, (byte)0x11)]
    [DataRow((byte)0x22, (byte)0x11)]
    [DataRow((byte)0x21, (byte)0x21)]
    public void TryDecode_FourComponents_GivesLibjpegsAndSkiasPixels(byte outer, byte inner)
    {
        foreach (var (width, height) in sizes)
        {
            var isKnown = outer >> 4 == inner >> 4 || width > 4;
            foreach (byte transform in new[] { 0, 2 })
                Assert.AreEqual(isKnown, IsSame(JpegFixture.EncodeComponents(width, height, transform, outer, inner, inner, outer)), $"{width}×{height}, transform {transform}");
        }
    }

    [TestMethod]
    public void TryDecode_OtherColoursOrSampling_LeavesTheFile()
    {
        byte[][] jpegs =
        [
            JpegFixture.EncodeComponents(20, 20, null, 0x11, 0x11, 0x11, 0x11),
            JpegFixture.EncodeComponents(20, 20, 1, 0x11, 0x11, 0x11, 0x11),
            JpegFixture.EncodeComponents(20, 20, 3, 0x11, 0x11, 0x11, 0x11),
            JpegFixture.EncodeComponents(20, 20, 0, 0x11, 0x11, 0x11),
            JpegFixture.EncodeComponents(20, 20, 0, 0x22, 0x11, 0x11, 0x11),
            JpegFixture.EncodeComponents(20, 20, 2, 0x21, 0x11, 0x21, 0x21),
        ];
        for (var i = 0; i < jpegs.Length; i++)
        {
            Assert.IsNotNull(JpegFixture.Skia(jpegs[i])?.Pixels, $"file {i}");
            Assert.IsFalse(IsDecoded(jpegs[i], new(20, 20, 4)), $"file {i}");
        }
    }

    /// <summary>Ten at most (T.81, B.2.3): libjpeg refuses such files.</summary>
    [TestMethod]
    [DataRow((byte)1, new byte[] { 0x22, 0x22, 0x22 })]
    [DataRow((byte)0, new byte[] { 0x22, 0x21, 0x21, 0x22 })]
    public void TryDecode_TwelveBlocksInAnMcu_LeavesTheFile(byte transform, byte[] sampling)
    {
        var jpeg = JpegFixture.EncodeComponents(20, 20, transform, sampling);

        Assert.IsNull(JpegFixture.Skia(jpeg)!.Value.Pixels);
        Assert.IsFalse(IsDecoded(jpeg, new(20, 20, 4)));
    }

    /// <summary>libjpeg refuses a table for it, whether it is used or not.</summary>
    [TestMethod]
    public void TryDecode_DcSymbolAbove15_LeavesTheFile()
    {
        byte[] jpeg = [.. ImageFixture.Find("cmyk.jpg").File];
        var table = JpegFixture.Find(jpeg, 0xC4);
        Assert.AreEqual((0, 11), (jpeg[table + 4], jpeg[table + 32])); // that of DC differences; their largest size, which none here has
        jpeg[table + 32] = 16;

        Assert.IsNull(JpegFixture.Skia(jpeg)!.Value.Pixels);
        Assert.IsFalse(IsDecoded(jpeg, new(11, 15, 4)));
    }

    [TestMethod]
    public void TryDecode_FixtureFiles_GivesLibjpegsPixelsOrLeavesThem()
    {
        var decoded = ImageFixture.All.Where(file => file.Name.EndsWith("jpg", StringComparison.Ordinal) && IsSame(file.File)).Select(file => file.Name).ToList();

        CollectionAssert.IsSubsetOf(new[] { "baseline.jpg", "cmyk.jpg", "ycck.jpg" }, decoded);
        Assert.IsTrue(IsSame(ImageFixture.Large("file")));
        CollectionAssert.DoesNotContain(decoded, "progressive.jpg");
    }

    [TestMethod]
    [DataRow(SKJpegEncoderDownsample.Downsample444)]
    [DataRow(SKJpegEncoderDownsample.Downsample422)]
    [DataRow(SKJpegEncoderDownsample.Downsample420)]
    public void TryDecode_PartOfAnImage_GivesThosePixels(SKJpegEncoderDownsample downsample) => AssertPartsAreOfTheWhole(JpegFixture.Encode(131, 77, 80, downsample));

    [TestMethod]
    [DataRow((byte)0x11)]
    [DataRow((byte)0x22)]
    public void TryDecode_PartOfFourComponents_GivesThosePixels(byte outer) => AssertPartsAreOfTheWhole(JpegFixture.EncodeComponents(131, 77, 2, outer, 0x11, 0x11, outer));

    static void AssertPartsAreOfTheWhole(byte[] jpeg)
    {
        var (shape, whole) = JpegFixture.Skia(jpeg)!.Value;
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            var (left, top) = (random.Next(shape.Width), random.Next(shape.Height));
            var part = new PixelBox(left, top, random.Next(1, shape.Width - left + 1), random.Next(1, shape.Height - top + 1));
            var pixels = new byte[shape.Bytes];

            Assert.IsTrue(JpegDecoder.TryDecode(jpeg, part, shape, pixels));

            for (var y = top; y < top + part.Height; y++)
            {
                var row = y * shape.RowBytes + left * shape.Channels;
                Assert.IsTrue(whole!.AsSpan(row, part.Width * shape.Channels).SequenceEqual(pixels.AsSpan(row, part.Width * shape.Channels)), $"{part}, row {y}");
            }
        }
    }

    [TestMethod]
    public void TryDecode_CutOffAnywhere_LeavesTheFile()
    {
        var jpeg = JpegFixture.Encode(60, 40, 85, SKJpegEncoderDownsample.Downsample420);
        var shape = new PixelShape(40, 60, 4);
        var pixels = new byte[shape.Bytes];
        var data = JpegFixture.Find(jpeg, 0xDA) + 14;
        for (var left = 0; left < jpeg.Length; left++)
            Assert.IsFalse(JpegDecoder.TryDecode(jpeg.AsSpan(0, left), new(0, 0, 60, 40), shape, pixels), $"{left} bytes");
        for (var left = data; left < jpeg.Length - 2; left++)
            Assert.IsFalse(JpegDecoder.TryDecode([.. jpeg[..left], 0xFF, 0xD9], new(0, 0, 60, 40), shape, pixels), $"{left} bytes and an end");
    }

    /// <summary>Damage in the coded data need not show; but what is decoded is then what libjpeg gives.</summary>
    [TestMethod]
    public void TryDecode_DamagedFiles_GivesLibjpegsPixelsOrLeavesThem()
    {
        var random = new Random(11);
        byte[][] whole =
        [
            JpegFixture.Encode(50, 34, 60, SKJpegEncoderDownsample.Downsample444),
            JpegFixture.Encode(50, 34, 60, SKJpegEncoderDownsample.Downsample420),
            JpegFixture.Repeat(JpegFixture.Encode(45, 16, 85, SKJpegEncoderDownsample.Downsample420), 3, 4),
            JpegFixture.EncodeComponents(50, 34, 0, 0x11, 0x11, 0x11, 0x11),
            JpegFixture.Repeat(JpegFixture.EncodeComponents(45, 16, 2, 0x22, 0x11, 0x11, 0x22), 3, 4),
        ];
        var decoded = 0;
        for (var i = 0; i < 5000; i++)
        {
            byte[] jpeg = [.. whole[i % whole.Length]];
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                jpeg[random.Next(2, jpeg.Length)] = (byte)random.Next(256);
            decoded += IsSame(jpeg) ? 1 : 0;
        }
        Assert.IsGreaterThan(100, decoded);
    }

    /// <summary>Whether it is decoded; what is must be what Skia gives.</summary>
    static bool IsSame(byte[] jpeg)
    {
        if (JpegFixture.Skia(jpeg) is not (var shape, var expected))
            return false;
        var pixels = new byte[shape.Bytes];
        if (!IsDecoded(jpeg, shape, pixels))
            return false;
        Assert.IsNotNull(expected, $"Skia refuses it: {Convert.ToBase64String(jpeg)}");
        Assert.IsTrue(expected.AsSpan().SequenceEqual(pixels), $"other pixels: {Convert.ToBase64String(jpeg)}");
        return true;
    }

    static bool IsDecoded(byte[] jpeg, PixelShape shape, byte[]? pixels = null) =>
        JpegDecoder.TryDecode(jpeg, new(0, 0, shape.Width, shape.Height), shape, pixels ?? new byte[shape.Bytes]);
}
