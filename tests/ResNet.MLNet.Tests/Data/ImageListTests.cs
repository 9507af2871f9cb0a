using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Data;

/// <summary>Files that list images and labels.</summary>
[TestClass]
public sealed class ImageListTests : IDisposable
{
    readonly MLContext mlContext = new();
    readonly TemporaryFolder folder = new();

    public ImageListTests()
    {
        foreach (var file in new[] { "cat/1.png", "cat/a, b.png", "dog/2.png", "日本.png" })
            File.WriteAllText(folder.File(file.Split('/')), "");
    }

    public void Dispose() => folder.Dispose();

    string List(string name, string content) => folder.File(name, Encoding.UTF8.GetBytes(content));

    /// <summary>"path label" for each row, relative to the folder.</summary>
    string[] Rows(string list, ImageListOptions? options = null)
    {
        var rows = mlContext.Data.LoadImageList(list, options);
        return [.. rows.GetColumn<string>("ImagePath").Zip(rows.GetColumn<string>("Label"), (path, label) => $"{Path.GetRelativePath(folder.Path, path).Replace('\\', '/')} {label}")];
    }

    void AssertRefused(string list, ImageListOptions? options, params string[] parts)
    {
        var message = Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageList(list, options)).Message;
        foreach (var part in parts)
            Assert.Contains(part, message);
    }

    [TestMethod]
    [DataRow("path,label\ncat/1.png,cat\ndog/2.png,dog\n", DisplayName = "plain")]
    [DataRow("\uFEFFpath,label\r\ncat/1.png,cat\r\n\r\ndog/2.png,dog", DisplayName = "byte order mark, CRLF, blank line, no last line end")]
    [DataRow("Label,Width,Image Path\n cat ,10, cat/1.png \n\"dog\",\"1,000\",\"dog/2.png\"\n", DisplayName = "other columns and order, spaces, quotes")]
    [DataRow("file_name,CLASS\ncat/1.png,cat\ndog\\2.png,dog\n", DisplayName = "other names, a path as Windows writes it")]
    public void LoadImageList_Csv_GivesItsRows(string content) =>
        CollectionAssert.AreEqual(new[] { "cat/1.png cat", "dog/2.png dog" }, Rows(List("list.csv", content)));

    [TestMethod]
    public void LoadImageList_QuotedValues_KeepSeparatorsQuotesAndOtherScripts() =>
        CollectionAssert.AreEqual(
            new[] { "cat/a, b.png a \"big\" cat", "日本.png line 1\nline 2" },
            Rows(List("list.csv", "path,label\n\"cat/a, b.png\",\"a \"\"big\"\" cat\"\n日本.png,\"line 1\nline 2\"\n")));

    [TestMethod]
    public void LoadImageList_OptionsOfCsv_AreFollowed()
    {
        string[] expected = ["cat/1.png cat", "dog/2.png dog"];

        CollectionAssert.AreEqual(expected, Rows(List("a.tsv", "path\tlabel\ncat/1.png\tcat\ndog/2.png\tdog\n")));
        CollectionAssert.AreEqual(expected, Rows(List("b.csv", "path;label\ncat/1.png;cat\ndog/2.png;dog\n"), new() { Separator = ';' }));
        CollectionAssert.AreEqual(expected, Rows(List("c.csv", "cat/1.png,cat\ndog/2.png,dog\n"), new() { HasHeader = false }));
        CollectionAssert.AreEqual(expected, Rows(List("d.txt", "path,label\ncat/1.png,cat\ndog/2.png,dog\n"), new() { Format = ImageListFormat.Csv }));
        CollectionAssert.AreEqual(expected, Rows(List("e.csv", "path,file,label,class\nx,cat/1.png,x,cat\nx,dog/2.png,x,dog\n"), new() { ImageColumnName = "file", LabelColumnName = "class" }));
    }

    [TestMethod]
    public void LoadImageList_PathsOfEachKind_AreFound()
    {
        var absolute = folder.File("dog", "2.png");
        var list = List(Path.Combine("lists", "list.csv"), $"path,label\n../cat/1.png,cat\n{absolute},dog\n");

        CollectionAssert.AreEqual(new[] { "cat/1.png cat", "dog/2.png dog" }, Rows(list));
        CollectionAssert.AreEqual(new[] { "cat/1.png cat" }, Rows(List(Path.Combine("lists", "other.csv"), "path,label\n1.png,cat\n"), new() { ImageFolder = folder.File("cat") }));
    }

    [TestMethod]
    public void LoadImageList_Groups_AreAColumn()
    {
        var rows = mlContext.Data.LoadImageList(List("list.csv", "path,label,patient\ncat/1.png,cat,7\ndog/2.png,dog,8\n"), new() { GroupColumnName = "patient" });

        CollectionAssert.AreEqual(new[] { "7", "8" }, rows.GetColumn<string>("Group").ToArray());
        CollectionAssert.AreEqual(new[] { "cat", "dog" }, rows.GetColumn<string>("Label").ToArray());
        Assert.IsNull(mlContext.Data.LoadImageList(folder.File("list.csv")).Schema.GetColumnOrNull("Group"));
    }

    [TestMethod]
    [DataRow("list.jsonl")]
    [DataRow("list.ndjson")]
    [DataRow("list.json")]
    public void LoadImageList_JsonLines_GivesItsRows(string name)
    {
        var list = List(name, "\uFEFF{\"path\": \"cat/1.png\", \"label\": \"cat\", \"size\": [1, 2]}\r\n\r\n{\"label\": 7, \"file_name\": \"\\u65e5\\u672c.png\"}\r\n");

        CollectionAssert.AreEqual(new[] { "cat/1.png cat", "日本.png 7" }, Rows(list));
    }

    [TestMethod]
    [DataRow("path,label\ncat/1.png,cat\ncat/a, b.png,cat\n", "line 3: 3 values where 2 are expected", "in quotes", DisplayName = "a comma without quotes")]
    [DataRow("path,label\ncat/1.png,cat\n\n\ndog/2.png\n", "line 5: 1 value where 2 are expected", "'dog/2.png'", DisplayName = "a value too few")]
    [DataRow("path,label\n\"cat/1.png,cat\ndog/2.png,dog\n", "line 2: a quote is not closed", "twice", DisplayName = "an open quote")]
    [DataRow("path,label\ncat/1.png,cat\ndog/2\".png,dog\n", "line 3: a quote", "twice", DisplayName = "a quote inside")]
    [DataRow("path,label\ncat/1.png,\n", "line 2: the label is empty", "list.csv", DisplayName = "no label")]
    [DataRow("path,label\n\"cat/1.png\",\"a\nb\"\n,dog\n", "line 4: the path is empty", "list.csv", DisplayName = "no path, after a value of two lines")]
    [DataRow("path;label\ncat/1.png;cat\n", "line 1: there is no column of image paths", "Separator", DisplayName = "semicolons")]
    [DataRow("cat/1.png,cat\ndog/2.png,dog\n", "line 1: there is no column of image paths", "HasHeader", DisplayName = "no header")]
    [DataRow("path,kind\ncat/1.png,cat\n", "there is no column of labels, label or class, among 'path', 'kind'", "LabelColumnName", DisplayName = "no column of labels")]
    [DataRow("path,image,label\ncat/1.png,x,cat\n", "more than one column of image paths: 'path', 'image'", "ImageColumnName", DisplayName = "two columns of paths")]
    [DataRow("path,label\n", "has no images", "list.csv", DisplayName = "a header alone")]
    [DataRow("", "has no images", "list.csv", DisplayName = "nothing")]
    public void LoadImageList_BadCsv_NamesFileLineAndFault(string content, string fault, string further) =>
        AssertRefused(List("list.csv", content), null, folder.File("list.csv"), fault, further);

    [TestMethod]
    [DataRow("{\"path\": \"cat/1.png\", \"label\": \"cat\"}\n{\"path\": \"dog/2.png\", \n", "line 2: this is no JSON", DisplayName = "broken off")]
    [DataRow("[{\"path\": \"cat/1.png\", \"label\": \"cat\"}]\n", "line 1: an object is expected", DisplayName = "an array")]
    [DataRow("\n{\"path\": \"cat/1.png\"}\n", "line 2: there is no property of labels", DisplayName = "no label")]
    [DataRow("{\"path\": \"cat/1.png\", \"label\": null}\n", "line 1: the label is empty", DisplayName = "null")]
    [DataRow("{\"path\": \"cat/1.png\", \"label\": [\"cat\"]}\n", "line 1: 'label' must be text or a number (was an Array)", DisplayName = "a label of many")]
    [DataRow("{\"path\": \"cat/1.png\", \"label\": \"cat\", \"label\": \"dog\"}\n", "line 1: this is no JSON", DisplayName = "two labels")]
    [DataRow("{\"path\": \"cat/\\u0000.png\", \"label\": \"cat\"}\n", "line 1: the path has a null character", DisplayName = "a null character")]
    public void LoadImageList_BadJsonLines_NamesFileLineAndFault(string content, string fault) =>
        AssertRefused(List("list.jsonl", content), null, folder.File("list.jsonl"), fault);

    [TestMethod]
    public void LoadImageList_Links_AreWhatTheyLeadTo()
    {
        File.CreateSymbolicLink(folder.File("there.png"), Path.Combine("cat", "1.png"));
        File.CreateSymbolicLink(folder.File("gone.png"), Path.Combine("cat", "none.png"));

        CollectionAssert.AreEqual(new[] { "there.png cat" }, Rows(List("there.csv", "path,label\nthere.png,cat\n")));
        var list = List("gone.csv", "path,label\nthere.png,cat\ngone.png,cat\n");
        AssertRefused(list, null, list, "of 2 images 1 is missing", $"line 3: '{folder.File("gone.png")}'");
    }

    [TestMethod]
    public void LoadImageList_MissingImages_AreCountedAndTheFirstNamed()
    {
        var list = List("list.csv", "path,label\ncat/1.png,cat\n" + string.Concat(Enumerable.Range(1, 7).Select(i => $"gone/{i}.png,cat\n")) + "cat,cat\n");

        AssertRefused(list, null, list, "of 9 images 8 are missing", $"line 3: '{Path.Combine(folder.Path, "gone", "1.png")}'", "line 7", "…", "ImageFolder");
        Assert.DoesNotContain("line 8", Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageList(list)).Message);
    }

    [TestMethod]
    public void LoadImageList_TextThatIsNotUtf8_IsRefused() =>
        AssertRefused(folder.File("list.csv", Encoding.Latin1.GetBytes("path,label\ncat/1.png,Kätzchen\n")), null, "list.csv", "not UTF-8");

    [TestMethod]
    public void LoadImageList_NoListNoFolderNoFormat_AreNamed()
    {
        var list = List("list.txt", "path,label\n");

        Assert.Contains("no-such.csv", Assert.ThrowsExactly<FileNotFoundException>(() => mlContext.Data.LoadImageList(folder.File("no-such.csv"))).Message);
        Assert.Contains("no-such-folder", Assert.ThrowsExactly<DirectoryNotFoundException>(() => mlContext.Data.LoadImageList(list, new() { ImageFolder = "no-such-folder" })).Message);
        Assert.Contains("'.txt'", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Data.LoadImageList(list)).Message);
    }

    [TestMethod]
    public void LoadImageList_BadOptions_AreAllNamed()
    {
        var options = new ImageListOptions { Format = (ImageListFormat)7, Separator = '"', HasHeader = false, ImageColumnName = "path", LabelColumnName = " ", ImageFolder = "" };

        var message = Assert.ThrowsExactly<ArgumentException>(() => mlContext.Data.LoadImageList("list.csv", options)).Message;

        foreach (var part in new[] { "Format must be Csv or JsonLines (was 7)", "Separator", "ImageColumnName needs a header", "LabelColumnName must name a column", "ImageFolder must be a folder" })
            Assert.Contains(part, message);
    }
}
