using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Data;

/// <summary>Links in folders of images.</summary>
[TestClass]
public class FolderLinkTests
{
    readonly MLContext mlContext = new();

    static TemporaryFolder Folder(params string[] files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
            File.WriteAllText(folder.File(file.Split('/')), "");
        return folder;
    }

    static void LinkFile(TemporaryFolder folder, string link, string target) => File.CreateSymbolicLink(folder.File(link.Split('/')), target);

    static void LinkFolder(TemporaryFolder folder, string link, string target) => Directory.CreateSymbolicLink(folder.File(link.Split('/')), target);

    /// <summary>The images that are listed, relative to the folder.</summary>
    string[] List(string path, out ImageFolderReport report) =>
        [.. mlContext.Data.LoadImageFolder(path, out report).GetColumn<string>("ImagePath").Select(image => Path.GetRelativePath(path, image).Replace('\\', '/'))];

    string Refused(TemporaryFolder folder) => Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageFolder(folder.Path)).Message;

    [TestMethod]
    public void LoadImageFolder_LinksInside_AreFollowed()
    {
        using var folder = Folder("a/1.png", "b/2.png", ".pool/3.png");
        LinkFile(folder, "a/same.png", "1.png");
        LinkFile(folder, "b/3.png", "../.pool/3.png");
        LinkFolder(folder, "c", folder.File("b"));

        CollectionAssert.AreEqual(new[] { "a/1.png", "a/same.png", "b/2.png", "b/3.png", "c/2.png", "c/3.png" }, List(folder.Path, out var report));
        Assert.AreEqual((6, 3), (report.ImageCount, report.ClassCount));
    }

    [TestMethod]
    public void LoadImageFolder_RootIsALink_IsListedUnderItsName()
    {
        using var folder = Folder("set/a/1.png", "set/b/1.png");
        LinkFile(folder, "set/a/2.png", "../b/1.png");
        LinkFolder(folder, "link", "set");

        CollectionAssert.AreEqual(new[] { "a/1.png", "a/2.png", "b/1.png" }, List(Path.Combine(folder.Path, "link"), out _));
    }

    [TestMethod]
    public void LoadImageFolder_LinksThatLeadOut_AreAllNamed()
    {
        using var outside = Folder("1.png", "more/2.png");
        using var folder = Folder("a/1.png", "b/1.png");
        LinkFile(folder, "a/out.png", Path.Combine(outside.Path, "1.png"));
        LinkFolder(folder, "b/more", Path.Combine(outside.Path, "more"));
        LinkFolder(folder, "c", outside.Path);

        var message = Refused(folder);

        foreach (var part in new[] { "3 links lead out of it", Path.Combine("a", "out.png"), Path.Combine("b", "more"), "'c'", Path.Combine(outside.Path, "1.png"), "LoadImageList" })
            Assert.Contains(part, message);
    }

    [TestMethod]
    public void LoadImageFolder_LinkOutByWayOfALinkedFolder_IsRefused()
    {
        using var outside = Folder("deep/1.png");
        using var folder = Folder("a/1.png");
        LinkFolder(folder, ".door", outside.Path);              // hidden: not gone through itself
        LinkFile(folder, "a/2.png", "../.door/deep/1.png");     // by its text it stays inside

        Assert.Contains("1 link leads out of it ('" + Path.Combine("a", "2.png"), Refused(folder));
    }

    [TestMethod]
    public void LoadImageFolder_FolderWhoseNameBeginsAsTheRoots_IsOutside()
    {
        using var folder = Folder("set/a/1.png", "set-2/2.png");
        LinkFile(folder, "set/a/2.png", "../../set-2/2.png");

        Assert.Contains("1 link leads out", Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageFolder(folder.File("set"))).Message);
    }

    [TestMethod]
    public void LoadImageFolder_LinksThatLeadNowhereOrInACircle_AreNamed()
    {
        using var folder = Folder("a/1.png");
        LinkFile(folder, "a/gone.png", "no-such.png");
        LinkFile(folder, "a/x.png", "y.png");
        LinkFile(folder, "a/y.png", "x.png");
        LinkFolder(folder, "class-of-a-disk-that-is-away", "/no/such/disk");

        var message = Refused(folder);

        foreach (var part in new[] { "4 links lead nowhere", "gone.png", "x.png", "y.png", "class-of-a-disk" })
            Assert.Contains(part, message);
    }

    [TestMethod]
    public void LoadImageFolder_FoldersLinkedInCircles_AreGoneThroughOnce()
    {
        using var folder = Folder("a/1.png", "a/deep/2.png", "b/3.png");
        LinkFolder(folder, "a/deep/up", "..");
        LinkFolder(folder, "a/root", "..");
        LinkFolder(folder, "a/other", "../b");
        LinkFolder(folder, "b/back", "../a");
        LinkFolder(folder, "again", ".");

        CollectionAssert.AreEqual(
            new[] { "a/1.png", "a/deep/2.png", "a/other/3.png", "b/3.png", "b/back/1.png", "b/back/deep/2.png" },
            List(folder.Path, out var report).Order(StringComparer.Ordinal).ToArray());
        Assert.IsTrue(report.PassedOver.All(files => files.Reason == PassedOverReason.LinkedAgain), report.ToString());
    }

    [TestMethod]
    public void LoadImageFolder_ManyWaysToTheSameFolders_DoNotMultiply()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 40; i++) // 2^39 ways from the first to the last
        {
            File.WriteAllText(folder.File("a", $"{i:D2}", "1.png"), "");
            if (i == 0)
                continue;
            LinkFolder(folder, $"a/{i - 1:D2}/left", $"../{i:D2}");
            LinkFolder(folder, $"a/{i - 1:D2}/right", $"../{i:D2}");
        }

        Assert.HasCount(40, List(folder.Path, out _));
    }
}
