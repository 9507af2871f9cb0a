using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public sealed class ImageFaultTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly ImagePreset preset = ImagePreset.ImageNet(8, 8) with { ResizeShorterSide = 9 };

    public void Dispose() => folder.Dispose();

    ImageDecodingException Refused(string name, byte[] content, ImageDecodingOptions? options = null)
    {
        var path = folder.File(name, content);
        var error = Assert.ThrowsExactly<ImageDecodingException>(() => preset.ReadFile(path, options), name);
        Assert.AreEqual(path, error.File);
        Assert.AreEqual($"{path}: {error.Reason}.", error.Message);
        return error;
    }

    public static IEnumerable<object[]> Truncatable => [["baseline.jpg"], ["progressive.jpg"], ["cmyk.jpg"], ["rgba.png"], ["interlaced.png"], ["palette.bmp"], ["rgb.gif"], ["lossy.webp"], ["lossless.webp"]];

    [TestMethod]
    [DynamicData(nameof(Truncatable))]
    public void Decode_TruncatedAtTenPlaces_IsAnErrorThatNamesTheFile(string name)
    {
        var whole = ImageFixture.Find(name).File;
        for (var place = 0; place < 10; place++)
        {
            var left = place * (whole.Length - 40) / 9; // a PNG's pixels end 16 bytes before its end, and then it is whole
            var reason = Refused($"{place}.{name}", whole[..left]).Reason;

            Assert.IsTrue(reason.Contains($"({left} bytes)") || reason.Contains("first bytes"), reason);
        }
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("progressive")]
    public void Decode_JpegTruncatedAnywhereToBeKept_IsDecoded(string kind)
    {
        var jpeg = ImageFixture.Large(kind);
        var firstScan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 20;
        for (var left = firstScan; left < jpeg.Length; left += 7)
            Assert.AreEqual(new PixelShape(121, 163, 3), ImageFixture.Decode(jpeg[..left], options: new() { OnTruncated = TruncatedImagePolicy.Keep }).Shape, $"{left} bytes");
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("progressive")]
    public void Decode_TruncatedJpegToBeKept_HasWhatThereIs(string kind)
    {
        var (_, whole) = ImageFixture.Decode(ImageFixture.Large(kind));
        var jpeg = ImageFixture.Large(kind);

        var (shape, pixels) = ImageFixture.Decode(jpeg[..(jpeg.Length * 3 / 4)], options: new() { OnTruncated = TruncatedImagePolicy.Keep });

        Assert.AreEqual(new PixelShape(121, 163, 3), shape);
        var top = 40 * shape.RowBytes;
        var difference = whole[..top].Zip(pixels, (e, a) => Math.Abs(e - a)).Average();
        Assert.IsLessThanOrEqualTo(kind == "file" ? 0 : 10, difference); // progressive files come whole, but coarse
        CollectionAssert.AreNotEqual(whole, pixels);
    }

    [TestMethod]
    [DataRow("rgb.png")]
    [DataRow("rgb.bmp")]
    public void Decode_TruncatedFileToBeKept_IsBlackWhereNothingIs(string name)
    {
        var file = ImageFixture.Find(name);

        var (_, pixels) = ImageFixture.Decode(file.File[..(file.File.Length * 2 / 3)], options: new() { OnTruncated = TruncatedImagePolicy.Keep });

        var (first, last) = (pixels[..(file.Width * 3)], pixels[^(file.Width * 3)..]);
        var (full, empty) = name.EndsWith("bmp", StringComparison.Ordinal) ? (last, first) : (first, last); // BMP's rows come from the bottom
        CollectionAssert.AreEqual(name.EndsWith("bmp", StringComparison.Ordinal) ? file.Rgb[^full.Length..] : file.Rgb[..full.Length], full);
        Assert.AreEqual(0, empty.Max());
    }

    [TestMethod]
    [DataRow("baseline.jpg")]
    [DataRow("rgb.png")]
    [DataRow("rgb.bmp")]
    [DataRow("rgb.gif")]
    [DataRow("lossless.webp")]
    public void Decode_HeaderAloneToBeKept_IsStillAnError(string name) =>
        Refused(name, ImageFixture.Find(name).File[..14], new() { OnTruncated = TruncatedImagePolicy.Keep });

    [TestMethod]
    public void Read_WrongExtension_GoesByTheContent()
    {
        foreach (var file in ImageFixture.All)
        {
            var path = folder.File(file.Name.EndsWith("png", StringComparison.Ordinal) ? "image.jpg" : "image.png", file.File);

            CollectionAssert.AreEqual(preset.ReadFile(folder.File("right." + file.Name, file.File)), preset.ReadFile(path), file.Name);
        }
    }

    [TestMethod]
    public void Read_NoImage_SaysWhatItBeginsWith()
    {
        Assert.AreEqual("empty (0 bytes)", Refused("empty.jpg", []).Reason);
        Assert.Contains("(first bytes 54 68 65 20 63 61 74)", Refused("text.jpg", "The cat"u8.ToArray()).Reason);
        Assert.Contains("JPEG, PNG, BMP, GIF and WebP", Refused("icon.png", [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0]).Reason);
        Assert.Contains("beginning is that of a BMP file", Refused("words.jpg", Encoding.ASCII.GetBytes("BMW is a maker of cars, and this is a text about it.")).Reason);
    }

    [TestMethod]
    public void Read_NoFile_IsTheSameKindOfError()
    {
        var missing = Path.Combine(folder.Path, "missing.jpg");
        var error = Assert.ThrowsExactly<ImageDecodingException>(() => preset.ReadFile(missing));
        Assert.AreEqual(missing, error.File);
        Assert.IsInstanceOfType<FileNotFoundException>(error.InnerException);
        Assert.ThrowsExactly<ImageDecodingException>(() => preset.ReadFile(folder.Path));
        Assert.ThrowsExactly<ImageDecodingException>(() => preset.ReadFile(""));
    }

    [TestMethod]
    public void Read_BytesWithoutAName_AreCalledTheImage()
    {
        var error = Assert.ThrowsExactly<ImageDecodingException>(() => new ImageReader(preset).Read("no image"u8, new byte[preset.ImageBytes]));

        Assert.IsNull(error.File);
        Assert.StartsWith("The image: not an image that can be decoded", error.Message);
        Assert.StartsWith("row 7: not an image", Assert.ThrowsExactly<ImageDecodingException>(() => new ImageReader(preset).Read("no image"u8, new byte[preset.ImageBytes], "row 7")).Message);
    }

    public static IEnumerable<object[]> Giants => [["jpg"], ["progressive.jpg"], ["png"], ["gif"], ["bmp"], ["webp"]];

    [TestMethod]
    [DynamicData(nameof(Giants))]
    public void Decode_GiantDeclaredInATinyFile_IsRefusedWithoutMemory(string kind)
    {
        var (content, size) = (Giant(kind), kind == "webp" ? "16384×16384" : "65000×65000");
        Assert.IsLessThan(1000, content.Length);
        using var process = Process.GetCurrentProcess();
        var (managed, peak) = (GC.GetAllocatedBytesForCurrentThread(), process.PeakWorkingSet64);

        var error = Refused($"giant.{kind}", content);

        process.Refresh();
        Assert.Contains($"{size} pixels are more than the 178956970", error.Reason);
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - managed);
        Assert.IsLessThan(64 << 20, process.PeakWorkingSet64 - peak);
    }

    [TestMethod]
    public void Decode_MorePixelsThanAllowed_IsRefusedAndAsManyAreNot()
    {
        var file = ImageFixture.Find("rgb.png"); // 15×11

        Assert.Contains("15×11 pixels are more than the 164 that ImageDecodingOptions.MaxPixels allows", Refused("one-too-many.png", file.File, new() { MaxPixels = 164 }).Reason);
        CollectionAssert.AreEqual(file.Rgb, ImageFixture.Decode(file.File, options: new() { MaxPixels = 165 }).Pixels);
    }

    [TestMethod]
    public void Options_Faults_AreAllTold()
    {
        var message = Assert.ThrowsExactly<ArgumentException>(() => new ImageReader(preset, new() { MaxPixels = 0, OnTruncated = (TruncatedImagePolicy)9 })).Message;

        Assert.Contains("MaxPixels must be from 1 to 536870897 (was 0)", message);
        Assert.Contains("OnTruncated must be Throw or Keep (was 9)", message);
    }

    /// <summary>A file of one small image whose header says 65,000×65,000 (WebP: the 16,384×16,384 that its header has room for).</summary>
    static byte[] Giant(string kind)
    {
        const ushort Side = 65000;
        var file = ImageFixture.All.First(file => file.Name == kind switch { "jpg" => "baseline.jpg", "progressive.jpg" => kind, "webp" => "lossless.webp", _ => $"rgb.{kind}" }).File.ToArray();
        switch (kind)
        {
            case "jpg" or "progressive.jpg":
                var frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, kind == "jpg" ? (byte)0xC0 : (byte)0xC2]);
                BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), Side);
                BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), Side);
                break;
            case "png":
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), Side);
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), Side);
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc(file.AsSpan(12, 17)));
                break;
            case "gif":
                var image = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0]);
                foreach (var at in new[] { 6, 8, image + 5, image + 7 })
                    BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), Side);
                break;
            case "bmp":
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Side);
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Side);
                break;
            default:
                var sizes = file.AsSpan(file.AsSpan().IndexOf("VP8L"u8) + 9);
                BinaryPrimitives.WriteUInt32LittleEndian(sizes, BinaryPrimitives.ReadUInt32LittleEndian(sizes) | 0xFFFFFFF);
                break;
        }
        return file;
    }

    /// <summary>A PNG chunk's check sum, which is gzip's too.</summary>
    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(stream.ToArray().AsSpan()[^8..]);
    }
}
