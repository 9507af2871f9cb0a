using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Data;

/// <summary>Data sets whose folders are their parts.</summary>
[TestClass]
public class ImageFolderSetsTests
{
    readonly MLContext mlContext = new();

    static TemporaryFolder Folder(params string[] files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
            File.WriteAllText(folder.File(file.Split('/')), "");
        return folder;
    }

    static string[] Rows(TemporaryFolder folder, IDataView? part) =>
        [.. part!.GetColumn<string>("ImagePath").Zip(part!.GetColumn<string>("Label"), (path, label) => $"{Path.GetRelativePath(folder.Path, path).Replace('\\', '/')} {label}")];

    string Refused(TemporaryFolder folder) => Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageFolders(folder.Path)).Message;

    [TestMethod]
    public void LoadImageFolders_ThreeParts_AreThreeViews()
    {
        using var folder = Folder("train/b/1.png", "train/a/1.png", "train/a/2.png", "valid/a/3.png", "valid/b/3.png", "test/a/4.png", "test/b/4.png", "test/b/5.png", "docs/1.png", "labels.txt");

        var sets = mlContext.Data.LoadImageFolders(folder.Path);

        CollectionAssert.AreEqual(new[] { "train/a/1.png a", "train/a/2.png a", "train/b/1.png b" }, Rows(folder, sets.TrainSet));
        CollectionAssert.AreEqual(new[] { "valid/a/3.png a", "valid/b/3.png b" }, Rows(folder, sets.ValidationSet));
        CollectionAssert.AreEqual(new[] { "test/a/4.png a", "test/b/4.png b", "test/b/5.png b" }, Rows(folder, sets.TestSet));
        CollectionAssert.AreEqual(new[] { "a", "b" }, sets.Classes.ToArray());
        Assert.AreEqual((8, 2), (sets.Report.ImageCount, sets.Report.ClassCount));
        CollectionAssert.AreEqual(
            new PassedOverFiles[] { new(PassedOverReason.OutsideClasses, "", 1, "docs"), new(PassedOverReason.OutsideClasses, ".txt", 1, "labels.txt") },
            sets.Report.PassedOver.ToArray(), sets.Report.ToString());
    }

    [TestMethod]
    [DataRow("Train", "Test", false, true)]
    [DataRow("training", "testing", false, true)]
    [DataRow("train", "val", true, false)]
    [DataRow("train", "validation", true, false)]
    [DataRow("train", null, false, false)]
    public void LoadImageFolders_EachNameOfAPart_IsKnown(string train, string? other, bool isValidation, bool isTest)
    {
        using var folder = Folder([$"{train}/a/1.png", .. other is null ? Array.Empty<string>() : [$"{other}/a/2.png"]]);

        var sets = mlContext.Data.LoadImageFolders(folder.Path);

        CollectionAssert.AreEqual(new[] { $"{train}/a/1.png a" }, Rows(folder, sets.TrainSet));
        Assert.AreEqual((isValidation, isTest), (sets.ValidationSet is not null, sets.TestSet is not null));
        if (other is not null)
            CollectionAssert.AreEqual(new[] { $"{other}/a/2.png a" }, Rows(folder, sets.ValidationSet ?? sets.TestSet));
    }

    [TestMethod]
    public void LoadImageFolders_DifferingClasses_NamesEachMissingOneWithItsPart()
    {
        using var folder = Folder("train/a/1.png", "train/b/1.png", "train/c/1.png", "val/a/2.png", "val/b/2.png", "val/c/2.png", "test/a/3.png", "test/d/3.png");

        var message = Refused(folder);

        foreach (var part in new[] { "'train' lacks 1 class (d)", "'val' lacks 1 class (d)", "'test' lacks 2 classes (b, c)" })
            Assert.Contains(part, message);
    }

    [TestMethod]
    public void LoadImageFolders_ClassFolderWithoutImages_IsNamedWithItsPart()
    {
        using var folder = Folder("train/a/1.png", "test/a/notes.txt");

        Assert.Contains(Path.Combine("test", "a"), Refused(folder));
    }

    [TestMethod]
    public void LoadImageFolders_ClassFoldersAlone_SaysWhatIsThereAndWhatItWants()
    {
        using var folder = Folder("cat/1.png", "dog/1.png");

        var message = Refused(folder);

        foreach (var part in new[] { "no folder 'train'", "cat, dog", "LoadImageFolder" })
            Assert.Contains(part, message);
    }

    [TestMethod]
    public void LoadImageFolders_TwoNamesOfOnePart_AreRefused()
    {
        using var folder = Folder("train/a/1.png", "val/a/1.png", "validation/a/1.png");

        Assert.Contains("'val' and 'validation', which name the same part", Refused(folder));
    }

    [TestMethod]
    public void LoadImageFolders_LinkFromPartToPart_IsInside()
    {
        using var folder = Folder("train/a/1.png", "test/a/1.png");
        File.CreateSymbolicLink(folder.File("test", "a", "2.png"), Path.Combine("..", "..", "train", "a", "1.png"));

        CollectionAssert.AreEqual(new[] { "test/a/1.png a", "test/a/2.png a" }, Rows(folder, mlContext.Data.LoadImageFolders(folder.Path).TestSet));
    }

    [TestMethod]
    [DataRow("train/a/1.png", "test/a/1.png")]
    [DataRow("Train/a/1.png", "VAL/a/1.png")]
    [DataRow("train/1.png", "test/1.png")]
    [DataRow("train/a/1.png", "test/a/1.png", "extra/a/1.png")]
    [DataRow("test/1.png")]
    public void LoadImageFolder_FoldersAreParts_SaysHowToReadThem(params string[] files)
    {
        using var folder = Folder(files);

        var message = Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.LoadImageFolder(folder.Path)).Message;

        foreach (var part in new[] { $"'{files[0].Split('/')[0]}'", "LoadImageFolders", "LoadImageList" })
            Assert.Contains(part, message);
    }

    [TestMethod]
    public void LoadImageFolder_ATrainAmongOtherClasses_IsAClass()
    {
        using var folder = Folder("bus/1.png", "car/1.png", "train/1.png");

        CollectionAssert.AreEqual(new[] { "bus/1.png bus", "car/1.png car", "train/1.png train" }, Rows(folder, mlContext.Data.LoadImageFolder(folder.Path)));
    }
}
