using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace ResNet.Torch.Tests.Images.Published;

/// <summary>CIFAR's version for Python: pickles, of which nothing may be run.</summary>
[TestClass]
public class CifarPythonTests
{
    // cs.toronto.edu/~kriz/cifar.html: a row is 1024 values of red, of green and of blue.
    static readonly byte[] rows = [.. Enumerable.Range(0, 2 * 3072).Select(i => (byte)(i % 251))];
    static readonly string[] names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    static byte[] Batch(params (string Key, int[] Labels)[] lists) => new Python2Pickle().Dictionary(
    [
        ("batch_label", p => p.String("testing batch 1 of 1")),
        .. lists.Select(list => (list.Key, (Action<Python2Pickle>)(p => p.List(list.Labels, (inner, label) => inner.Integer(label))))),
        ("data", p => p.Array(2, 3072, rows)),
        ("filenames", p => p.List(["a.png", "b.png"], (inner, name) => inner.String(name))),
    ]).End();

    static byte[] Meta(string key, IEnumerable<string> classes) => new Python2Pickle().Dictionary(
        ("num_cases_per_batch", p => p.Integer(10_000)), (key, p => p.List(classes, (inner, name) => inner.String(name))), ("num_vis", p => p.Integer(3072))).End();

    static byte[] Made(string name)
    {
        using var gzip = new GZipStream(new MemoryStream(ReferenceFile.Read("cifar-python.json").GetProperty(name).GetBytesFromBase64()), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    static void RequireRows(PublishedImages set)
    {
        Assert.AreEqual((2, new ImageSize(32, 32), 3, 10), (set.Count, set.Size, set.Channels, set.Classes));
        CollectionAssert.AreEqual(new[] { 6, 9 }, new[] { set.Label(0), set.Label(1) });
        // The sixth pixel of the second image: values 3072 + 5, 3072 + 1024 + 5 and 3072 + 2048 + 5 of the file, each less a multiple of 251.
        CollectionAssert.AreEqual(new byte[] { 65, 85, 105 }, set.Pixels(1).ToArray()[15..18]);
    }

    [TestMethod]
    public void Load_Cifar10_HasTheRowsAndTheNamesOfItsFiles()
    {
        using var folder = new TemporaryFolder();
        var batch = folder.File("test_batch", Batch(("labels", [6, 9])));
        var meta = Meta("label_names", names.Select(name => name.ToUpperInvariant()));
        folder.File("batches.meta", meta);

        Assert.HasCount(158, meta); // as the published file
        foreach (var path in new[] { folder.Path, batch })
        {
            var set = PublishedImages.Load(path);
            RequireRows(set);
            Assert.AreEqual("TRUCK", set.ClassNames![set.Label(1)]);
        }
        Assert.Contains("data_batch_1", Assert.Throws<FileNotFoundException>(() => PublishedImages.Load(folder.Path, DataSetPart.Train)).Message);
    }

    [TestMethod]
    public void Load_Cifar100_TakesTheFineLabel()
    {
        using var folder = new TemporaryFolder();
        folder.File("train", Batch(("fine_labels", [99, 0]), ("coarse_labels", [1, 2])));
        folder.File("meta", Meta("fine_label_names", Enumerable.Range(0, 100).Select(i => $"class{i}")));

        var set = PublishedImages.Load(folder.Path, DataSetPart.Train);

        Assert.AreEqual((99, 0, 100), (set.Label(0), set.Label(1), set.Classes));
        Assert.AreEqual("class99", set.ClassNames![99]);
    }

    [TestMethod]
    public void Load_Archive_ReadsTheBatchesOfAPart()
    {
        using var folder = new TemporaryFolder();
        for (var i = 1; i <= 5; i++)
            File.WriteAllBytes(folder.File("cifar-10-batches-py", $"data_batch_{i}"), Batch(("labels", [i, 9])));
        File.WriteAllBytes(folder.File("cifar-10-batches-py", "batches.meta"), Meta("label_names", names));
        var archive = folder.File("cifar-10-python.tar.gz");
        using (var gzip = new GZipStream(File.Create(archive), CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(folder.File("cifar-10-batches-py"), gzip, includeBaseDirectory: true);

        var set = PublishedImages.Load(archive, DataSetPart.Train);

        CollectionAssert.AreEqual(new[] { 1, 9, 2, 9, 3, 9, 4, 9, 5, 9 }, Enumerable.Range(0, set.Count).Select(set.Label).ToArray());
        Assert.AreEqual("truck", set.ClassNames![9]);
        Assert.Contains("none of test_batch.bin", Assert.Throws<InvalidDataException>(() => PublishedImages.Load(archive, DataSetPart.Test)).Message);
    }

    [TestMethod]
    [DataRow("protocol2")]
    [DataRow("protocol3")]
    [DataRow("protocol4")]
    [DataRow("text_keys")]
    [DataRow("by_columns")]
    public void Load_WhatNumPyWrote_HasItsRows(string name)
    {
        using var folder = new TemporaryFolder();

        RequireRows(PublishedImages.Load(folder.File("test_batch", Made(name))));
    }

    [TestMethod]
    [DataRow("int64", "no array 'data' of N×3072 bytes")]
    [DataRow("three_labels", "a list 'labels' of N numbers")]
    [DataRow("label10", "image 1: the label is 10; there are 10 classes")]
    [DataRow("out_of_band", "which is not one of the few names that arrays of bytes need, and nothing of it was run. Fetch it again")]
    [DataRow("program", "system, which is not one of the few names that arrays of bytes need, and nothing of it was run. Fetch it again")]
    public void Load_WhatHoldsSomethingElse_SaysWhat(string name, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("test_batch", Made(name));

        var message = Assert.Throws<InvalidDataException>(() => PublishedImages.Load(path)).Message;

        Assert.Contains(expected, message);
        Assert.StartsWith(path, message);
        Assert.IsFalse(File.Exists("ran"));
    }

    [TestMethod]
    public void Load_HostilePickle_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string Fault(params byte[] pickle) => Assert.Throws<InvalidDataException>(() => PublishedImages.Load(folder.File("test_batch", pickle))).Message;
        byte[] Of(ReadOnlySpan<byte> text) => [0x80, 2, .. text];

        Assert.Contains("it holds no dictionary", Fault(Of("]."u8)));
        Assert.Contains("has no array 'data'", Fault(Of("}."u8)));
        Assert.Contains("has no array 'data'", Fault(Of("}(U\u0004dataNU\u0006labels]u."u8)));
        Assert.Contains("ends early", Fault(0x80, 2, (byte)'T', 0xff, 0xff, 0xff, 0x7f));
        Assert.Contains("refers to a tensor", Fault(Of("U\u0001aQ."u8)));
        Assert.Contains("encodes a text in a way", Fault([.. Of("c_codecs\nencode\nX\u0001\0\0\0aX\u0003\0\0\0hex"u8), 0x86, (byte)'R', (byte)'.']));
        Assert.Contains("calls numpy.ndarray in a way", Fault(Of("cnumpy\nndarray\n)R."u8)));
        // An array of 2 rows that says it has 2^62, and one that is its own state.
        var huge = Encoding.Latin1.GetString(Batch(("labels", [6, 9]))).Replace("K\u0002M\u0000\u000c\u0086", "\u008a\u0008\0\0\0\0\0\0\0\u0040M\u0000\u000c\u0086", StringComparison.Ordinal);
        Assert.Contains("has no array 'data'", Fault(Encoding.Latin1.GetBytes(huge)));
        Assert.Contains("has no array 'data'", Fault(Of("}U\u0004datacnumpy\ndtype\n)R2bs."u8)));
    }

    [TestMethod]
    public void Load_EveryCutOfABatch_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var whole = Batch(("labels", [6, 9]));
        for (var length = 2; length < whole.Length; length += length is > 150 and < 6200 ? 97 : 1)
        {
            var path = folder.File("test_batch", whole.AsSpan(..length));
            Assert.Throws<InvalidDataException>(() => PublishedImages.Load(path), $"{length} bytes");
        }
    }

    [TestMethod]
    public void IsAt_FilesOfThoseNamesThatAreNoPickles_AreOthers()
    {
        using var folder = new TemporaryFolder();
        var train = folder.File("train", "left,right"u8);

        Assert.IsFalse(PublishedImages.IsAt(folder.Path));
        Assert.IsFalse(PublishedImages.IsAt(train));
        Assert.IsFalse(PublishedImages.IsAt(folder.File("nothing", "test")));
    }
}
