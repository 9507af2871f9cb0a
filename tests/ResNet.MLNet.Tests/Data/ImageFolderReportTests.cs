using Microsoft.ML;
using Microsoft.ML.Runtime;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Data;

[TestClass]
public class ImageFolderReportTests
{
    readonly MLContext mlContext = new();
    readonly List<(ChannelMessageKind Kind, string Text)> log = [];

    public ImageFolderReportTests() => mlContext.Log += (_, e) => log.Add((e.Kind, e.RawMessage));

    static TemporaryFolder Folder(params string[] files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
            File.WriteAllText(folder.File(file.Split('/')), "");
        return folder;
    }

    [TestMethod]
    public void LoadImageFolder_MixedFiles_CountsWhatItPassesOver()
    {
        using var folder = Folder(
            "a/1.png", "b/1.jpg", "b/2.jpg", "a/notes.txt", "b/LICENSE", "b/more.TXT", "b/scan.tiff",
            "a/.hidden.png", ".git/config", ".git/objects/1", "loose.png", "README.md");

        mlContext.Data.LoadImageFolder(folder.Path, out var report);

        Assert.AreEqual((3, 2, 8), (report.ImageCount, report.ClassCount, report.PassedOverCount));
        CollectionAssert.AreEqual(
            new PassedOverFiles[]
            {
                new(PassedOverReason.Hidden, "", 2, ".git"),
                new(PassedOverReason.NotAnImage, ".txt", 2, Path.Combine("a", "notes.txt")),
                new(PassedOverReason.NotAnImage, "", 1, Path.Combine("b", "LICENSE")),
                new(PassedOverReason.NotAnImage, ".tiff", 1, Path.Combine("b", "scan.tiff")),
                new(PassedOverReason.OutsideClasses, ".md", 1, "README.md"),
                new(PassedOverReason.OutsideClasses, ".png", 1, "loose.png"),
            },
            report.PassedOver.ToArray(), report.ToString());
        Assert.AreEqual((ChannelMessageKind.Warning, report.ToString()), log.Single(entry => entry.Text.Contains(folder.Path)));
        Assert.Contains("3 images in 2 classes; passed over: 2 hidden (the first: .git), 2 of no image's extension (.txt; the first: ", report.ToString());
    }

    [TestMethod]
    [DataRow("a/2.png", DisplayName = "images alone")]
    [DataRow("a/.DS_Store", DisplayName = "and a hidden file")]
    public void LoadImageFolder_NothingOfNote_WarnsOfNothing(string further)
    {
        using var folder = Folder("a/1.png", further);

        mlContext.Data.LoadImageFolder(folder.Path);

        Assert.AreEqual(ChannelMessageKind.Info, log.Single(entry => entry.Text.Contains(folder.Path)).Kind);
    }
}
