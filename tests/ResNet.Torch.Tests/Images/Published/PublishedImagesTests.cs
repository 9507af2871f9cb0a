using System.Formats.Tar;
using System.IO.Compression;

namespace ResNet.Torch.Tests.Images.Published;

[TestClass]
public class PublishedImagesTests
{
    public required TestContext TestContext { get; init; }

    // yann.lecun.com/exdb/mnist: magic, sizes, then rows of pixels; big-endian.
    static readonly byte[] images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    static readonly byte[] labels = [0, 0, 8, 1, 0, 0, 0, 2, 0, 4];

    static byte[] Compressed(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(content);
        return bytes.ToArray();
    }

    [TestMethod]
    public void Load_IdxFiles_GivesPixelsAndLabelsWhetherCompressedOrNot()
    {
        using var folder = new TemporaryFolder();
        folder.File("train-images-idx3-ubyte", images);
        folder.File("train-labels-idx1-ubyte.gz", Compressed(labels));

        foreach (var path in new[] { folder.Path, folder.File("train-images-idx3-ubyte") })
        {
            var set = PublishedImages.Load(path, DataSetPart.Train);

            Assert.AreEqual((2, new ImageSize(2, 3), 1, 5), (set.Count, set.Size, set.Channels, set.Classes));
            CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 10, 11, 12 }, set.Pixels(1).ToArray());
            Assert.AreEqual(4, set.Label(1));
        }
        Assert.Contains("t10k-images-idx3-ubyte", Assert.Throws<FileNotFoundException>(() => PublishedImages.Load(folder.Path, DataSetPart.Test)).Message);
    }

    [TestMethod]
    public void Load_DamagedIdxFile_IsNamed()
    {
        using var folder = new TemporaryFolder();
        folder.File("train-images-idx3-ubyte", images.AsSpan(..^1));
        folder.File("train-labels-idx1-ubyte", labels);
        Assert.Contains("train-images-idx3-ubyte", Assert.Throws<InvalidDataException>(() => PublishedImages.Load(folder.Path, DataSetPart.Train)).Message);
        folder.File("train-images-idx3-ubyte", images);
        folder.File("train-labels-idx1-ubyte", labels.AsSpan(..^1));
        Assert.Contains("2 images", Assert.Throws<InvalidDataException>(() => PublishedImages.Load(folder.Path, DataSetPart.Train)).Message);
        folder.File("train-labels-idx1-ubyte", images);
        Assert.Contains("train-labels-idx1-ubyte", Assert.Throws<InvalidDataException>(() => PublishedImages.Load(folder.Path, DataSetPart.Train)).Message);
    }

    // cs.toronto.edu/~kriz/cifar.html: a label (CIFAR-100: the coarse one, then the fine), 1024 values of red, green and blue each.
    static byte[] Record(params byte[] labels) => [.. labels, .. Enumerable.Repeat((byte)10, 1024), .. Enumerable.Repeat((byte)20, 1024), .. Enumerable.Range(0, 1024).Select(i => (byte)(i % 32))];

    [TestMethod]
    public void Load_Cifar_PutsChannelsSideBySideAndTakesTheFineLabel()
    {
        using var folder = new TemporaryFolder();
        var ten = folder.File("ten", "test_batch.bin");
        File.WriteAllBytes(ten, [.. Record(3), .. Record(9)]);
        var hundred = folder.File("hundred", "test.bin");
        File.WriteAllBytes(hundred, Record(1, 99));

        var set = PublishedImages.Load(Path.GetDirectoryName(ten)!);
        var fine = PublishedImages.Load(hundred);

        Assert.AreEqual((2, new ImageSize(32, 32), 3, 10), (set.Count, set.Size, set.Channels, set.Classes));
        Assert.AreEqual("cat", set.ClassNames![set.Label(0)]);
        CollectionAssert.AreEqual(new byte[] { 10, 20, 1 }, set.Pixels(1).ToArray()[3..6]);
        Assert.AreEqual(99, fine.Label(0));
        File.WriteAllBytes(ten, Record(10));
        Assert.Contains("label is 10", Assert.Throws<InvalidDataException>(() => PublishedImages.Load(ten)).Message);
        File.WriteAllBytes(ten, new byte[100]);
        Assert.Contains("100 bytes", Assert.Throws<InvalidDataException>(() => PublishedImages.Load(ten)).Message);
    }

    [TestMethod]
    public void Load_CifarArchive_ReadsBatchesAndNamesFromIt()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("set", "test_batch.bin"), [.. Record(1), .. Record(2)]);
        File.WriteAllLines(folder.File("set", "batches.meta.txt"), Enumerable.Range(0, 10).Select(i => $"name{i}").Append(""));
        var archive = folder.File("cifar-10-binary.tar.gz");
        using (var gzip = new GZipStream(File.Create(archive), CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(folder.File("set"), gzip, includeBaseDirectory: true);

        var set = PublishedImages.Load(archive);

        Assert.AreEqual(2, set.Count);
        Assert.AreEqual("name2", set.ClassNames![set.Label(1)]);
        File.WriteAllBytes(archive, File.ReadAllBytes(archive)[..40]);
        Assert.Contains(archive, Assert.Throws<InvalidDataException>(() => PublishedImages.Load(archive)).Message);
    }

    [TestMethod]
    public void Load_FashionMnist_HasItsTestImages()
    {
        const string folder = "/usr/share/datasets/fashion-mnist";
        if (!Directory.Exists(folder))
        {
            TestContext.WriteLine("Left out: Debian's package dataset-fashion-mnist is not installed.");
            return;
        }
        var set = PublishedImages.Load(folder);

        Assert.AreEqual((10_000, new ImageSize(28, 28), 10), (set.Count, set.Size, set.Classes));
        Assert.AreEqual(1000, Enumerable.Range(0, set.Count).Count(i => set.Label(i) == 9)); // as its authors say: a tenth of each class
    }

    // PIL's convert("L"): (r·19595 + g·38470 + b·7471 + 32768) >> 16 of (10, 20, 30) is 18.
    [TestMethod]
    public void ReadPixels_OtherChannelsAndSize_AreConvertedAndCropped()
    {
        byte[] colour = [10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30];
        CollectionAssert.AreEqual(new byte[] { 18, 18, 18, 18 }, ImagePreset.ImageNet(2, 2, channels: 1).ReadPixels(colour, new(2, 2), 3));
        CollectionAssert.AreEqual(new byte[] { 7, 7, 7 }, (ImagePreset.ImageNet(1, 1) with { ResizeShorterSide = 1 }).ReadPixels([7, 7, 7, 7], new(2, 2), 1));
        Assert.Contains("2×2", Assert.Throws<ArgumentException>(() => ImagePreset.ImageNet(1, 1).ReadPixels(colour, new(2, 2), 3)).Message);
        Assert.Contains("12 bytes", Assert.Throws<ArgumentException>(() => ImagePreset.ImageNet(2, 2).ReadPixels(colour.AsSpan(1), new(2, 2), 3)).Message);
    }

    [TestMethod]
    public void OfFile_APng_HasItsSize()
    {
        using var folder = new TemporaryFolder();
        using var bitmap = new SkiaSharp.SKBitmap(5, 3);
        using var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
        var path = folder.File("image.png", data.AsSpan());

        Assert.AreEqual(new ImageSize(3, 5), ImageSize.OfFile(path));
        Assert.Throws<ImageDecodingException>(() => ImageSize.OfFile(folder.File("none.png")));
    }
}
