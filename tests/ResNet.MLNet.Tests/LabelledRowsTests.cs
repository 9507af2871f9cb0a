using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>Rows come in their order, with the same errors and warnings, for any number of decoding threads.</summary>
[TestClass]
public class LabelledRowsTests
{
    /// <summary>ML.NET divides rows in batches of 128: these are five.</summary>
    const int Count = 600;

    static readonly ResNetClassifierOptions options = new();

    readonly MLContext mlContext = new(seed: 1);
    readonly List<string> warnings = [];

    public LabelledRowsTests() => mlContext.Log += (_, e) =>
    {
        if (e.Kind == ChannelMessageKind.Warning)
            warnings.Add(e.RawMessage);
    };

    static TemporaryFolder folder = null!;

    /// <summary>PNG files of one colour, which tells their number: red and green. And a text, and an image of another size.</summary>
    [ClassInitialize]
    public static void WriteFiles(TestContext _)
    {
        folder = new();
        for (var i = 0; i < Count; i++)
            Write($"{i:D4}.png", i, size: 4);
        Write("other.png", 0, size: 5);
        File.WriteAllText(folder.File("bad.png"), "no image");
    }

    [ClassCleanup]
    public static void DeleteFiles() => folder.Dispose();

    static void Write(string name, int number, int size)
    {
        using var image = Image(number, size);
        image.Save(folder.File(name));
    }

    static MLImage Image(int number, int size = 4) =>
        MLImage.CreateFromPixels(size, size, MLPixelFormat.Rgba32, [.. Enumerable.Range(0, size * size).SelectMany(_ => new byte[] { (byte)number, (byte)(number / 256), 7, 255 })]);

    public sealed class FileRow
    {
        public string ImagePath { get; set; } = "";

        public string Class { get; set; } = "";
    }

    /// <summary>A row for each number; its label is the number mod 3.</summary>
    static IEnumerable<FileRow> Files(int count = Count, string? instead = null, params int[] of) =>
        Enumerable.Range(0, count).Select(i => new FileRow { ImagePath = Path.Combine(folder.Path, of.Contains(i) ? instead! : $"{i:D4}.png"), Class = $"{i % 3}" });

    IDataView Load(IEnumerable<FileRow> files, int? size = null, Func<IDataView, IDataView>? change = null)
    {
        var rows = mlContext.Data.LoadFromEnumerable(files);
        return Pipeline(change?.Invoke(rows) ?? rows, size);
    }

    IDataView Pipeline(IDataView files, int? size = null)
    {
        var labels = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new FileRow { Class = $"{i}" }));
        var key = mlContext.Transforms.Conversion.MapValueToKey("Label", "Class").Fit(labels).Transform(files);
        var images = mlContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(key).Transform(key);
        return size is { } side ? mlContext.Transforms.ResizeImages("Image", side, side).Fit(images).Transform(images) : images;
    }

    LabelledImages Read(IDataView data, int threads, ResNetClassifierOptions? with = null)
    {
        using var channel = ((IHostEnvironment)mlContext).Register("Test").Start("Reading");
        return LabelledRows.Read(data, (with ?? options) with { DecodingThreads = threads }, channel);
    }

    /// <summary>The numbers that the images' colours tell.</summary>
    static int[] Numbers(LabelledImages images)
    {
        var pixels = new byte[images.Preset.ImageBytes];
        return [.. Enumerable.Range(0, images.Count).Select(i =>
        {
            images.CopyPixels(i, pixels);
            var number = pixels[0] + 256 * pixels[1];
            Assert.AreEqual(number % 3, images.Label(i), $"image {i}");
            Assert.IsTrue(pixels.AsSpan(3).SequenceEqual(pixels.AsSpan(0, pixels.Length - 3)), $"image {i} is of one colour");
            return number;
        })];
    }

    static int CursorsOf(IDataView data)
    {
        var cursors = data.GetRowCursorSet(data.Schema.Where(c => c.Name is "Image" or "Label" or "ImagePath"), 8);
        foreach (var cursor in cursors)
            cursor.Dispose();
        return cursors.Length;
    }

    [TestMethod]
    [DataRow(1, null, DisplayName = "1 thread")]
    [DataRow(2, null, DisplayName = "2 threads")]
    [DataRow(8, null, DisplayName = "8 threads")]
    [DataRow(1, 3, DisplayName = "1 thread, resized")]
    [DataRow(8, 3, DisplayName = "8 threads, resized")]
    [DataRow(8, 4, DisplayName = "8 threads, resized to the same size")]
    public void Read_Files_KeepsTheirOrder(int threads, int? size)
    {
        var data = Load(Files(), size);
        Assert.IsGreaterThan(1, CursorsOf(data), "The rows are divided.");

        using var images = Read(data, threads, options with { MemoryLimit = 100 * 48 });

        CollectionAssert.AreEqual(Enumerable.Range(0, Count).ToArray(), Numbers(images));
        Assert.AreEqual((size ?? 4, size ?? 4), (images.Preset.Width, images.Preset.Height));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(8)]
    public void Read_BadImagesSkipped_LeavesThemOutAndTellsTheFirst(int threads)
    {
        using var images = Read(Load(Files(Count, "bad.png", 599, 131, 300)), threads, options with { OnBadImage = BadImagePolicy.Skip });

        CollectionAssert.AreEqual(Enumerable.Range(0, Count).Except([599, 131, 300]).ToArray(), Numbers(images));
        Assert.HasCount(1, warnings);
        Assert.StartsWith($"3 of {Count} images could not be read and were left out. The first: Column 'Image', row 131 (", warnings[0]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(8)]
    public void Read_BadImages_NamesTheLowestRow(int threads)
    {
        var data = Load(Files(Count, "bad.png", 599, 300, 257, 140));

        for (var turn = 0; turn < 10; turn++)
            Assert.StartsWith($"Column 'Image', row 140 ({folder.File("bad.png")}): not an image", Assert.ThrowsExactly<InvalidDataException>(() => Read(data, threads)).Message);
    }

    [TestMethod]
    [DataRow(1, 400, 400, DisplayName = "1 thread")]
    [DataRow(8, 400, 400, DisplayName = "8 threads")]
    [DataRow(1, 0, 1, DisplayName = "1 thread, the first image")]
    [DataRow(8, 0, 1, DisplayName = "8 threads, the first image")]
    public void Read_AnotherSize_NamesTheFirstRowThatDiffersFromTheFirst(int threads, int other, int named)
    {
        var data = Load(Files(Count, "other.png", other));
        var (file, found, expected) = other == named ? ("other.png", 5, 4) : ($"{named:D4}.png", 4, 5);

        for (var turn = 0; turn < 10; turn++)
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(() => Read(data, threads));
            Assert.StartsWith($"Column 'Image', row {named} ({folder.File(file)}): an image of {found}×{found} pixels, where {expected}×{expected} is expected", error.Message);
        }
    }

    [TestMethod]
    public void Read_NoLabel_IsLeftOutForAnyThreads()
    {
        var files = Files(count: 300).Select((row, i) => i % 50 == 7 ? new FileRow { Class = "unknown" } : row);

        using var images = Read(Load(files), threads: 8);

        CollectionAssert.AreEqual(Enumerable.Range(0, 300).Where(i => i % 50 != 7).ToArray(), Numbers(images));
        CollectionAssert.AreEqual(new[] { "6 of 300 rows have no label and were left out." }, warnings);
    }

    [TestMethod]
    public void Read_AnySource_IsTheSameForAnyThreads()
    {
        File.WriteAllLines(folder.File("list.tsv"), ["ImagePath\tClass", .. Files().Select(row => $"{row.ImagePath}\t{row.Class}")]);
        var text = mlContext.Data.LoadFromTextFile(folder.File("list.tsv"), [new("ImagePath", DataKind.String, 0), new("Class", DataKind.String, 1)], hasHeader: true);
        var cached = Load(Files(), change: rows => mlContext.Data.Cache(rows));
        var filtered = Load(Files(), change: rows => mlContext.Data.FilterByCustomPredicate<FileRow>(rows, row => row.Class == "1"));
        var shuffled = Load(Files(), change: rows => mlContext.Data.ShuffleRows(rows, seed: 3));
        var split = mlContext.Data.TrainTestSplit(Load(Files()), testFraction: 0.3, seed: 4).TrainSet;
        var taken = mlContext.Data.TakeRows(mlContext.Data.SkipRows(Load(Files()), 100), 300);

        foreach (var data in new[] { Pipeline(text), cached, filtered, shuffled, split, taken })
        {
            using var one = Read(data, threads: 1);
            using var eight = Read(data, threads: 8);
            CollectionAssert.AreEqual(Numbers(one), Numbers(eight));
        }
        using var all = Read(shuffled, threads: 8);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, Count).ToArray(), Numbers(all));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, Count).ToArray(), Numbers(all));
        using var listed = Read(Pipeline(text), threads: 8);
        CollectionAssert.AreEqual(Enumerable.Range(0, Count).ToArray(), Numbers(listed));
        using var part = Read(taken, threads: 8);
        CollectionAssert.AreEqual(Enumerable.Range(100, 300).ToArray(), Numbers(part));
    }

    public sealed class ImageRow
    {
        [ImageType(4, 4)]
        public required MLImage Image { get; init; }

        public required string Class { get; init; }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(4)]
    [DataRow(2)]
    public void Read_ImagesInMemory_AreReadByOneThread(int? size)
    {
        var rows = Enumerable.Range(0, Count).Select(i => new ImageRow { Image = Image(i), Class = $"{i % 3}" }).ToList();
        IDataView data = mlContext.Data.LoadFromEnumerable(rows);
        if (size is { } side)
            data = mlContext.Transforms.ResizeImages("Image", side, side).Fit(data).Transform(data);
        var labels = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new FileRow { Class = $"{i}" }));
        data = mlContext.Transforms.Conversion.MapValueToKey("Label", "Class").Fit(labels).Transform(data);

        using var images = Read(data, threads: 8);

        CollectionAssert.AreEqual(Enumerable.Range(0, Count).ToArray(), Numbers(images));
        Assert.AreEqual(1, CursorsOf(data));
    }

    /// <summary>Rows that can be asked for once.</summary>
    sealed class Once(IEnumerable<FileRow> rows) : IEnumerable<FileRow>
    {
        int asked;

        public IEnumerator<FileRow> GetEnumerator() => Interlocked.Increment(ref asked) == 1 ? rows.GetEnumerator() : throw new InvalidOperationException("asked for twice");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [TestMethod]
    public void Read_SourceThatCanBeReadOnce_IsReadOnce()
    {
        using var images = Read(Load(new Once(Files())), threads: 8);

        CollectionAssert.AreEqual(Enumerable.Range(0, Count).ToArray(), Numbers(images));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(8)]
    public void Read_Cancelled_StopsBeforeTheEnd(int threads)
    {
        using var cancellation = new CancellationTokenSource();
        var (asked, first) = (0, Files().First());
        var endless = Enumerable.Repeat(0, int.MaxValue).Select(_ =>
        {
            if (++asked == 1000)
                cancellation.Cancel();
            return first;
        });

        Assert.ThrowsExactly<OperationCanceledException>(() => Read(Load(endless), threads, options with { CancellationToken = cancellation.Token }));
        Assert.IsGreaterThanOrEqualTo(1000, asked);
    }

    [TestMethod]
    public void Read_SourceFails_ThrowsItsError()
    {
        var broken = Files().Select((row, i) => i < 500 ? row : throw new InvalidOperationException("row 500 is broken"));

        var error = Assert.Throws<Exception>(() => Read(Load(broken), threads: 8));

        Assert.Contains("row 500 is broken", error.ToString());
    }

    /// <summary>A view that gives all of its rows to each of two cursors.</summary>
    sealed class Doubled(IDataView rows) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => rows.Schema;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => rows.GetRowCursor(columnsNeeded);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded), GetRowCursor(columnsNeeded)];
    }

    [TestMethod]
    public void Read_CursorsWithoutAnOrder_SaysHowToReadThem()
    {
        var data = new Doubled(Load(Files(count: 10)));

        Assert.Contains("Set DecodingThreads to 1", Assert.ThrowsExactly<InvalidOperationException>(() => Read(data, threads: 8)).Message);
        using var images = Read(data, threads: 1);
        Assert.AreEqual(10, images.Count);
    }
}
