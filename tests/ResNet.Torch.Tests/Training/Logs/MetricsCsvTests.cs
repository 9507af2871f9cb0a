using System.Globalization;

namespace ResNet.Torch.Tests.Training.Logs;

[TestClass]
public sealed class MetricsCsvTests : IDisposable
{
    const string Header = "epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,seconds\r\n";

    readonly TemporaryFolder folder = new();

    string Csv => Path.Combine(folder.Path, "metrics.csv");

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public void Report_TwoEpochs_WritesARowForEach()
    {
        var log = new MetricsCsv(Csv);
        log.Report(Reports.Step(1, 1));
        log.Report(Reports.Epoch(1, 0.5, 2.25));
        log.Report(Reports.Epoch(2, 1e-7));

        Assert.AreEqual(Header + "1,0.05,0.5,0.75,2.25,0.625,1.25\r\n2,0.05,1E-07,0.75,,,1.25\r\n", File.ReadAllText(Csv));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Report_CultureWithDecimalComma_WritesPoints()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NumberDecimalSeparator = "," } };
            new MetricsCsv(Csv).Report(Reports.Epoch(1));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.AreEqual(Header + "1,0.05,0.5,0.75,,,1.25\r\n", File.ReadAllText(Csv));
    }

    [TestMethod]
    public void Constructor_NoFile_WritesTheHeaderAndMakesTheFolder()
    {
        var path = Path.Combine(folder.Path, "runs", "first", "metrics.csv");

        Assert.AreEqual(path, new MetricsCsv(path).FilePath);

        Assert.AreEqual(Header, File.ReadAllText(path));
    }

    [TestMethod]
    public void Report_ResumedAtAnEarlierEpoch_DropsThatEpochAndLaterOnes()
    {
        var first = new MetricsCsv(Csv);
        for (var epoch = 1; epoch <= 5; epoch++)
            first.Report(Reports.Epoch(epoch));

        var resumed = new MetricsCsv(Csv);
        Assert.HasCount(6, File.ReadAllLines(Csv), "Opening drops nothing.");
        resumed.Report(Reports.Step(4, 1));
        resumed.Report(Reports.Epoch(4, trainingLoss: 9));

        Assert.AreEqual(
            Header + "1,0.05,0.5,0.75,,,1.25\r\n2,0.05,0.5,0.75,,,1.25\r\n3,0.05,0.5,0.75,,,1.25\r\n4,0.05,9,0.75,,,1.25\r\n",
            File.ReadAllText(Csv));
    }

    [TestMethod]
    [DataRow("1,0.05,0.5,0.75,,,1.25\r\n2,0.05,0.", "1,0.05,0.5,0.75,,,1.25\r\n", DisplayName = "A row breaks off")]
    [DataRow("1,0.05,0.5,0.75,,,1.25\r", "", DisplayName = "A line break breaks off")]
    [DataRow("1,0.05,0.5,0.75,,,1.25\n2,0.05,NaN,0.75,,,1\n", "1,0.05,0.5,0.75,,,1.25\r\n2,0.05,NaN,0.75,,,1\r\n", DisplayName = "Line feeds alone")]
    [DataRow("", "", DisplayName = "No row")]
    public void Constructor_FileOfAnEarlierRun_KeepsItsWholeRows(string rows, string kept)
    {
        File.WriteAllText(Csv, Header + rows);

        new MetricsCsv(Csv).Report(Reports.Epoch(3));

        Assert.AreEqual(Header + kept + "3,0.05,0.5,0.75,,,1.25\r\n", File.ReadAllText(Csv));
    }

    [TestMethod]
    public void Constructor_EmptyFile_BeginsIt()
    {
        File.WriteAllText(Csv, "");

        _ = new MetricsCsv(Csv);

        Assert.AreEqual(Header, File.ReadAllText(Csv));
    }

    [TestMethod]
    [DataRow("epoch,loss\r\n1,0.5\r\n", "its first line is not", DisplayName = "Another header")]
    [DataRow("epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,seconds,lr\r\n", "its first line is not", DisplayName = "A longer header")]
    [DataRow("epoch,learning", "its first line is not", DisplayName = "A part of the header")]
    [DataRow(Header + "1,0.05,0.5,0.75,,,1.25\r\n2,0.05,0.5\r\n", "line 3 is no row of an epoch: \"2,0.05,0.5\"", DisplayName = "Too few fields")]
    [DataRow(Header + "1,0.05,good,0.75,,,1.25\r\n", "line 2 is no row", DisplayName = "A word")]
    [DataRow(Header + "1.5,0.05,0.5,0.75,,,1.25\r\n", "line 2 is no row", DisplayName = "Half an epoch")]
    [DataRow(Header + ",0.05,0.5,0.75,,,1.25\r\n", "line 2 is no row", DisplayName = "No epoch")]
    public void Constructor_ForeignFile_RefusesItAndLeavesItAsItIs(string content, string expected)
    {
        File.WriteAllText(Csv, content);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => new MetricsCsv(Csv));

        Assert.Contains(expected, error.Message);
        Assert.Contains(Csv, error.Message);
        Assert.AreEqual(content, File.ReadAllText(Csv));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Constructor_PathIsAFolder_SaysSo()
    {
        var error = Assert.ThrowsExactly<IOException>(() => new MetricsCsv(folder.Path));

        Assert.Contains($"The training log {folder.Path} cannot be written: It is a folder.", error.Message);
    }

    [TestMethod]
    public void Constructor_FolderIsAFile_NamesThePath()
    {
        var path = Path.Combine(folder.File("file", [1]), "metrics.csv");

        var error = Assert.ThrowsExactly<IOException>(() => new MetricsCsv(path));

        Assert.Contains($"The training log {path} cannot be written:", error.Message);
    }

    [TestMethod]
    public void Report_FolderIsGone_Throws()
    {
        var path = folder.File("run", "metrics.csv");
        var log = new MetricsCsv(path);
        log.Report(Reports.Epoch(1));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        var error = Assert.ThrowsExactly<IOException>(() => log.Report(Reports.Epoch(2)));

        Assert.Contains($"The training log {path} cannot be written:", error.Message);
    }
}
