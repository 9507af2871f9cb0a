using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class PixelStoreTests
{
    const int ImageBytes = 1000;

    /// <summary>An image that its number alone determines.</summary>
    static byte[] Image(int number, int bytes = ImageBytes)
    {
        var image = new byte[bytes];
        new Random(number).NextBytes(image);
        return image;
    }

    static PixelStore Filled(int images, long memoryLimit, string folder)
    {
        var store = new PixelStore(ImageBytes, memoryLimit, folder);
        for (var i = 0; i < images; i++)
            Assert.AreEqual(i, store.Add(Image(i)));
        return store;
    }

    static byte[] Read(PixelStore store, int image)
    {
        var pixels = new byte[ImageBytes];
        store.Copy(image, pixels);
        return pixels;
    }

    [TestMethod]
    [DataRow(long.MaxValue, DisplayName = "all in memory")]
    [DataRow(7 * ImageBytes, DisplayName = "7 in memory")]
    [DataRow(8 * ImageBytes - 1, DisplayName = "room for 7 and a part")]
    [DataRow(0L, DisplayName = "none in memory")]
    public void Copy_AnyLimit_GivesTheBytesBack(long memoryLimit)
    {
        using var folder = new TemporaryFolder();
        using var store = Filled(20, memoryLimit, folder.Path);

        foreach (var i in Enumerable.Range(0, 20).Reverse())
            CollectionAssert.AreEqual(Image(i), Read(store, i), $"image {i}");
    }

    [TestMethod]
    public void Copy_ManyBlocks_GivesTheBytesBack()
    {
        // A store's blocks hold four images of this size; nine and a half fit into memory.
        const int Bytes = 1 << 20;
        using var folder = new TemporaryFolder();
        using var store = new PixelStore(Bytes, 9 * Bytes + Bytes / 2, folder.Path);
        for (var i = 0; i < 12; i++)
            store.Add(Image(i, Bytes));

        var pixels = new byte[Bytes];
        for (var i = 0; i < 12; i++)
        {
            store.Copy(i, pixels);
            CollectionAssert.AreEqual(Image(i, Bytes), pixels, $"image {i}");
        }
    }

    [TestMethod]
    public void Copy_FromManyThreads_GivesEachItsImage()
    {
        using var folder = new TemporaryFolder();
        using var store = Filled(200, 100 * ImageBytes, folder.Path);

        Parallel.For(0, 8 * 200, new() { MaxDegreeOfParallelism = 8 }, i => CollectionAssert.AreEqual(Image(i % 200), Read(store, i % 200)));
    }

    [TestMethod]
    public void Store_BelowItsLimit_MakesNoFile()
    {
        // The folder is not there: a file in it could not be made.
        using var store = Filled(7, 7 * ImageBytes, Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));

        Assert.AreEqual(7, store.Count);
    }

    [TestMethod]
    public void Store_AboveItsLimit_LeavesNothingInItsFolder()
    {
        using var folder = new TemporaryFolder();
        using (Filled(20, 0, folder.Path))
        {
            // On Windows a file has a name as long as it is open.
            if (!OperatingSystem.IsWindows())
                Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
            Assert.AreEqual(1, OpenFiles.Count(folder.Path) ?? 1);
        }
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
        Assert.AreEqual(0, OpenFiles.Count(folder.Path) ?? 0);
    }

    [TestMethod]
    public void Dispose_Shared_FreesWithTheLast()
    {
        using var folder = new TemporaryFolder();
        var store = Filled(3, ImageBytes, folder.Path);
        var other = store.Share();

        store.Dispose();
        CollectionAssert.AreEqual(Image(2), Read(other, 2));

        other.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Read(other, 0));
        Assert.ThrowsExactly<ObjectDisposedException>(() => Read(other, 2));
        Assert.ThrowsExactly<ObjectDisposedException>(() => other.Add(Image(3)));
    }

    [TestMethod]
    public void Add_FileCannotBeMade_SaysWhereAndWhatToDo()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "missing");
        using var store = Filled(2, 2 * ImageBytes, missing);

        var error = Assert.ThrowsExactly<IOException>(() => store.Add(Image(2)));

        Assert.Contains("Image 2 cannot be kept", error.Message);
        Assert.Contains("memory limit of 2000 bytes", error.Message);
        Assert.Contains($"a file in {missing} cannot be written to 1000 bytes", error.Message);
        Assert.Contains("Raise the memory limit", error.Message);
        Assert.Contains(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR", error.Message);
        Assert.AreEqual(2, store.Count);
        CollectionAssert.AreEqual(Image(1), Read(store, 1));
    }

    [TestMethod]
    public void Copy_NoSuchImage_Throws()
    {
        using var store = Filled(1, long.MaxValue, Path.GetTempPath());

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Read(store, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Read(store, -1));
    }
}
