using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Data;

/// <summary>Counts of classes, and images on both sides of a split.</summary>
[TestClass]
public class ImageCheckTests
{
    readonly MLContext mlContext = new();

    public sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    IDataView Labels(params string[] labels) => mlContext.Data.LoadFromEnumerable(labels.Select(label => new Row { Label = label }));

    [TestMethod]
    public void CountClasses_Text_CountsAndPrints()
    {
        var counts = mlContext.Data.CountClasses(Labels("dog", "cat", "", "dog", "horse", "dog", "dog", "dog", "dog", "dog", "dog"));

        CollectionAssert.AreEqual(new ClassCount[] { new("cat", 1), new("dog", 8), new("horse", 1) }, counts.Classes.ToArray());
        Assert.AreEqual((1L, 11L), (counts.Unlabelled, counts.Total));
        Assert.AreEqual("cat          1\ndog          8\nhorse        1\n(no label)   1\ntotal       11", counts.ToString());
    }

    [TestMethod]
    public void CountClasses_Keys_AreInTheirOrderWithThoseThatHaveNoRow()
    {
        var all = Labels("dog", "cat", "horse");
        var toKey = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(all);

        var counts = mlContext.Data.CountClasses(toKey.Transform(Labels("cat", "dog", "cow", "dog")));

        CollectionAssert.AreEqual(new ClassCount[] { new("dog", 2), new("cat", 1), new("horse", 0) }, counts.Classes.ToArray());
        Assert.AreEqual((1L, 4L), (counts.Unlabelled, counts.Total));
    }

    public sealed class HashedRow
    {
        [KeyType(2_000_000_000)]
        public uint Label { get; set; }
    }

    [TestMethod]
    public void CountClasses_KeysWithoutNames_AreCountedByNumber()
    {
        var rows = mlContext.Data.LoadFromEnumerable(new uint[] { 11, 3, 2_000_000_000, 3 }.Select(key => new HashedRow { Label = key })); // objects count keys from 0; beyond the last is none

        var counts = mlContext.Data.CountClasses(rows);

        CollectionAssert.AreEqual(new ClassCount[] { new("3", 2), new("11", 1) }, counts.Classes.ToArray());
        Assert.AreEqual(1, counts.Unlabelled);
    }

    [TestMethod]
    public void CountClasses_NoSuchColumnOrNoLabels_IsSaid()
    {
        Assert.Contains("'Class'", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Data.CountClasses(Labels("a"), "Class")).Message);
        var vector = mlContext.Transforms.Concatenate("Features", "Number").Fit(Numbers()).Transform(Numbers());
        Assert.Contains("'Features' must hold text, keys or numbers", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Data.CountClasses(vector, "Features")).Message);

        IDataView Numbers() => mlContext.Data.LoadFromEnumerable(new[] { new { Number = 1f } });
    }

    IDataView Files(params string[] paths) => mlContext.Data.LoadFromEnumerable(paths.Select(path => new Row { ImagePath = path }));

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void FindSharedImages_SameBytesUnderOtherNames_AreAllFound(int threads)
    {
        using var folder = new TemporaryFolder();
        string[] names = ["train/a.png", "train/b.png", "train/c.png", "train/d.png", "test/1.png", "test/2.png", "test/3.png", "test/4.png"];
        string[] contents = ["one", "two", "one", "seven", "one", "three", "sever", "two"]; // "sever" is as long as "seven", and another
        foreach (var (name, content) in names.Zip(contents))
            File.WriteAllText(folder.File(name.Split('/')), content);
        var warnings = new List<string>();
        mlContext.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };

        var shared = mlContext.Data.FindSharedImages(Files(names[..4]), Files(names[4..]), imageFolder: folder.Path, threads: threads);

        CollectionAssert.AreEqual(
            new SharedImage[] { new("train/a.png", "test/1.png"), new("train/c.png", "test/1.png"), new("train/b.png", "test/4.png") },
            shared.ToArray());
        Assert.Contains("2 images of the test set are in the training set too. The first: test/1.png is train/a.png.", warnings.Single());
    }

    [TestMethod]
    public void FindSharedImages_LinkToATrainingImage_IsFound()
    {
        using var folder = new TemporaryFolder();
        var image = folder.File("1.png", new byte[1000]);
        var link = folder.File("link.png");
        File.CreateSymbolicLink(link, image);
        var other = folder.File("2.png", [1]);

        Assert.AreEqual(new SharedImage(image, link), mlContext.Data.FindSharedImages(Files(other, image), Files(link)).Single());
        Assert.IsEmpty(mlContext.Data.FindSharedImages(Files(image), Files(other)));
    }

    [TestMethod]
    public void FindSharedImages_LinkThatLeadsNowhere_IsNamed()
    {
        using var folder = new TemporaryFolder();
        var image = folder.File("1.png", [1]);
        var link = folder.File("link.png");
        File.CreateSymbolicLink(link, Path.Combine(folder.Path, "gone.png"));

        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => mlContext.Data.FindSharedImages(Files(image), Files(image, link)));

        Assert.Contains($"row 1: there is no file '{link}'", missing.Message);
    }

    [TestMethod]
    public void FindSharedImages_MissingFileBadThreadsOrCancelled_IsSaid()
    {
        using var folder = new TemporaryFolder();
        var image = folder.File("1.png", [1]);
        var gone = Path.Combine(folder.Path, "gone.png");

        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => mlContext.Data.FindSharedImages(Files(image), Files(image, gone)));
        Assert.Contains("row 1", missing.Message);
        Assert.Contains(gone, missing.Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => mlContext.Data.FindSharedImages(Files(image), Files(image), threads: 0));
        Assert.ThrowsExactly<OperationCanceledException>(() => mlContext.Data.FindSharedImages(Files(image), Files(image), cancellationToken: new CancellationToken(canceled: true)));
    }
}
