using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Tests;
using SkiaSharp;

namespace ResNet.MLNet.Tests;

[TestClass]
public class ImageFolderTests
{
    readonly MLContext mlContext = new();

    (string Path, string Label)[] List(string path)
    {
        var rows = mlContext.Data.LoadImageFolder(path);
        return [.. rows.GetColumn<string>("ImagePath").Zip(rows.GetColumn<string>("Label"))];
    }

    [TestMethod]
    public void LoadImageFolder_MixedFiles_ListsImagesInOrder()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "b/2.JPG", "b/10.png", "a/x.webp", "a/deeper/y.gif", "a/z.bmp", "a/w.jpeg", "a/notes.txt", "a/.hidden.png", ".git/c.png", "loose.png" })
            File.WriteAllText(folder.File(file.Split('/')), "");

        var listed = List(folder.Path);

        CollectionAssert.AreEqual(
            new[] { "a/deeper/y.gif", "a/w.jpeg", "a/x.webp", "a/z.bmp", "b/10.png", "b/2.JPG" },
            listed.Select(f => Path.GetRelativePath(folder.Path, f.Path).Replace('\\', '/')).ToArray());
        CollectionAssert.AreEqual(new[] { "a", "a", "a", "a", "b", "b" }, listed.Select(f => f.Label).ToArray());
    }

    [TestMethod]
    public void LoadImageFolder_ClassNamesInAnyScript_AreKept()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["Zürich", "with space", "日本", "пример"];
        foreach (var name in names)
            File.WriteAllText(folder.File(name, "1.png"), "");

        CollectionAssert.AreEquivalent(names, List(folder.Path).Select(f => f.Label).ToArray());
    }

    [TestMethod]
    [DataRow(SKEncodedImageFormat.Png, "png")]
    [DataRow(SKEncodedImageFormat.Jpeg, "jpg")]
    [DataRow(SKEncodedImageFormat.Webp, "webp")]
    public void LoadImageFolder_EachFormatThatCanBeWritten_DecodesInAPipeline(SKEncodedImageFormat format, string extension)
    {
        using var folder = new TemporaryFolder();
        using var bitmap = new SKBitmap(20, 30);
        bitmap.Erase(SKColors.CornflowerBlue);
        foreach (var name in new[] { "a", "b" })
        {
            using var stream = File.Create(folder.File(name, $"1.{extension}"));
            bitmap.Encode(stream, format, 90);
        }

        AssertDecodes(folder.Path, width: 20, height: 30);
    }

    // The smallest files of the two formats that Skia reads but does not write: 1×1, red.
    [TestMethod]
    [DataRow("bmp", "424D3A000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000000000000000 0000FF00")]
    [DataRow("gif", "474946383961010001008000 00FF0000000000 2C00000000010001000002024401003B")]
    public void LoadImageFolder_FormatsThatAreOnlyRead_DecodeInAPipeline(string extension, string hex)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a", "b" })
            File.WriteAllBytes(folder.File(name, $"1.{extension}"), Convert.FromHexString(hex.Replace(" ", "")));

        AssertDecodes(folder.Path, width: 1, height: 1);
    }

    void AssertDecodes(string path, int width, int height)
    {
        var images = TestImages.LoadFiles(mlContext, path);
        using var cursor = images.GetRowCursor([images.Schema["Image"]]);
        var get = cursor.GetGetter<MLImage>(images.Schema["Image"]);
        MLImage image = null!;
        Assert.IsTrue(cursor.MoveNext());
        get(ref image);
        Assert.AreEqual((width, height), (image.Width, image.Height));
    }

    [TestMethod]
    public void LoadImageFolder_NoFolder_NamesIt() =>
        Assert.Contains("no-such-folder", Assert.ThrowsExactly<DirectoryNotFoundException>(() => mlContext.Data.LoadImageFolder("no-such-folder")).Message);

    [TestMethod]
    public void LoadImageFolder_NoClasses_SaysWhatItWants()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("1.png"), "");

        Assert.Contains("a folder of the class's name", Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageFolder(folder.Path)).Message);
    }

    [TestMethod]
    public void LoadImageFolder_ClassWithoutImages_NamesIt()
    {
        using var folder = TestImages.Files(perClass: 1);
        File.WriteAllText(folder.File("empty one", "notes.txt"), "");

        Assert.Contains("empty one", Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageFolder(folder.Path)).Message);
    }

    [TestMethod]
    public void LoadImageFolder_ContextWithASeed_LeavesWhatItGivesLaterTheSame()
    {
        using var folder = TestImages.Files(perClass: 1);
        var (listing, other) = (new MLContext(seed: 1), new MLContext(seed: 1));
        listing.Data.LoadImageFolder(folder.Path);

        CollectionAssert.AreEqual(HeldBack(other), HeldBack(listing));

        static int[] HeldBack(MLContext context) =>
            [.. context.Data.TrainTestSplit(TestImages.Rows(context, 60), 0.3).TestSet.GetColumn<int>("Number")];
    }
}
