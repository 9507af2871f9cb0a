using System.IO.Compression;

namespace ResNet.Torch.Tests.Weights;

/// <summary>Archives made to harm.</summary>
[TestClass]
public sealed class HostileZipTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Archive(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        var path = folder.File("archive.pth");
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, content) in entries)
        {
            using var entry = archive.CreateEntry(name, level).Open();
            entry.Write(content);
        }
        return path;
    }

    static void RequireRefused(string path, string why)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.ThrowsExactly<WeightFormatException>(() => WeightFile.Open(path).Dispose());

        Assert.IsLessThan(16L << 20, GC.GetAllocatedBytesForCurrentThread() - allocated);
        Assert.Contains(why, error.Message);
    }

    [TestMethod]
    public void Open_ZipBomb_IsRefusedUnpacked() =>
        RequireRefused(Archive(CompressionLevel.Optimal, ("bomb/data.pkl", new byte[50_000_000])), "the entry 'bomb/data.pkl' is compressed");

    [TestMethod]
    [DataRow("top/../../etc/passwd")]
    [DataRow("../data.pkl")]
    [DataRow("/etc/passwd")]
    [DataRow("top\\..\\data.pkl")]
    public void Open_EntryThatLeadsOutOfTheArchive_IsRefused(string name) =>
        RequireRefused(Archive(CompressionLevel.NoCompression, ("top/data.pkl", "N."u8.ToArray()), (name, [1])), $"an entry '{name}', a path that leads out of it");

    [TestMethod]
    public void Open_TwoEntriesOfOneName_AreRefused() =>
        RequireRefused(Archive(CompressionLevel.NoCompression, ("top/data.pkl", "N."u8.ToArray()), ("top/data.pkl", "N."u8.ToArray())), "two entries 'top/data.pkl'");

    [TestMethod]
    public void Open_AnotherArchive_SaysThatItIsNoCheckpoint() =>
        RequireRefused(Archive(CompressionLevel.NoCompression, ("readme.txt", [1])), "a zip archive, but no checkpoint of PyTorch's");

    [TestMethod]
    public void Open_TorchScript_SaysWhatToDo() =>
        RequireRefused(Archive(CompressionLevel.NoCompression, ("m/data.pkl", "N."u8.ToArray()), ("m/constants.pkl", "N."u8.ToArray())), "torch.jit.load");

    [TestMethod]
    public void Open_BigEndian_IsRefused() =>
        RequireRefused(Archive(CompressionLevel.NoCompression, ("m/data.pkl", "N."u8.ToArray()), ("m/byteorder", "big"u8.ToArray())), "its byte order is 'big'");

    [TestMethod]
    public void Open_PickleThatRunsAProgram_IsRefusedByItsName() =>
        RequireRefused(Archive(CompressionLevel.NoCompression, ("m/data.pkl", "cos\nsystem\n."u8.ToArray())), "the pickle names os.system");

    [TestMethod]
    public void Open_StorageThatIsNotInTheArchive_IsRefused() =>
        RequireRefused(
            Archive(
                CompressionLevel.NoCompression,
                ("m/data.pkl", [.. "}X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0009\0\0\0../secretX\u0003\0\0\0cpuK\u0001tQK\u0000))NNtRs."u8])),
            "the archive has no entry 'm/data/../secret'");
}
