namespace ResNet.Torch.Tests.Training.Logs;

[TestClass]
public sealed class TensorBoardLogTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Run => Path.Combine(folder.Path, "runs", "first");

    [TestMethod]
    public void Crc32C_CheckValue_IsThePublishedOne() =>
        Assert.AreEqual(0xE3069283, EventFile.Crc32C("123456789"u8), "RFC 3720's CRC, check value of the catalogue of parametrised CRC algorithms");

    [TestMethod]
    public void Report_Epoch_WritesItsScalarsAtOnce()
    {
        var log = new TensorBoardLog(Run);

        log.Report(Reports.Epoch(2, 0.5, 2.25));

        var (version, scalars) = EventFile.Read(OnlyFile());
        Assert.AreEqual("brain.Event:2", version);
        Assert.AreSequenceEqual<Scalar>(
            [new("loss/training", 2, 0.5f), new("loss/validation", 2, 2.25f), new("accuracy/training", 2, 0.75f), new("accuracy/validation", 2, 0.625f), new("learning_rate/epoch", 2, 0.05f)],
            scalars);
        Assert.AreEqual(Run, log.Folder);
    }

    [TestMethod]
    public void Report_EpochWithoutValidation_WritesNoValidation()
    {
        new TensorBoardLog(Run).Report(Reports.Epoch(1));

        Assert.AreSequenceEqual(["loss/training", "accuracy/training", "learning_rate/epoch"], EventFile.Read(OnlyFile()).Scalars.Select(s => s.Tag));
    }

    [TestMethod]
    public void Report_Steps_WritesEveryNthOfTheWholeRun()
    {
        var log = new TensorBoardLog(Run, stepInterval: 3);
        foreach (var epoch in new[] { 1, 2 })
            for (var step = 1; step <= Reports.StepsPerEpoch; step++)
                log.Report(Reports.Step(epoch, step, loss: 10 * epoch + step, rate: step));

        // Steps 3 and 6 of the run, 4 an epoch: the third of epoch 1, the second of epoch 2.
        Assert.AreSequenceEqual<Scalar>(
            [new("loss/step", 3, 13), new("learning_rate/step", 3, 3), new("loss/step", 6, 22), new("learning_rate/step", 6, 2)],
            EventFile.Read(OnlyFile()).Scalars);
    }

    [TestMethod]
    public void Report_ResumedRun_AddsAFileWhoseStepsGoOn()
    {
        new TensorBoardLog(Run, stepInterval: 1).Report(Reports.Step(1, 4));
        var first = OnlyFile();
        var content = File.ReadAllBytes(first);

        new TensorBoardLog(Run, stepInterval: 1).Report(Reports.Step(3, 1));

        var second = Directory.GetFiles(Run).Single(file => file != first);
        Assert.AreSequenceEqual(content, File.ReadAllBytes(first));
        Assert.AreSequenceEqual<long>([9, 9], EventFile.Read(second).Scalars.Select(s => s.Step));
        Assert.IsGreaterThan(0, string.CompareOrdinal(second, first), "TensorBoard reads a folder's files in the order of their names.");
        Assert.Contains("tfevents", Path.GetFileName(second));
    }

    [TestMethod]
    public void Report_LossIsNoNumber_WritesIt()
    {
        new TensorBoardLog(Run, stepInterval: 1).Report(Reports.Step(1, 1, loss: double.NaN));

        Assert.AreEqual(new Scalar("loss/step", 1, float.NaN), EventFile.Read(OnlyFile()).Scalars[0]);
    }

    [TestMethod]
    public void Report_Often_LeavesNoTensorAndNoOpenFile()
    {
        var left = NativeTensors.LeftBy(() =>
        {
            var log = new TensorBoardLog(Run, stepInterval: 1);
            for (var epoch = 1; epoch <= 20; epoch++)
            {
                log.Report(Reports.Step(epoch, 1));
                log.Report(Reports.Epoch(epoch));
            }
        }, networks: 0);

        Assert.AreEqual(0, left);
        using var alone = new FileStream(OnlyFile(), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.IsGreaterThan(0, alone.Length);
    }

    [TestMethod]
    public void Constructor_FolderIsAFile_NamesThePath()
    {
        var file = folder.File("file", [1]);

        var error = Assert.ThrowsExactly<IOException>(() => new TensorBoardLog(file));

        Assert.Contains($"The training log {file} cannot be written:", error.Message);
    }

    [TestMethod]
    public void Constructor_EmptyFolderOrNoInterval_Throws()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new TensorBoardLog(""));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TensorBoardLog(Run, stepInterval: 0));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Report_FolderIsGone_Throws()
    {
        var log = new TensorBoardLog(Run);
        Directory.Delete(Run, recursive: true);

        var error = Assert.ThrowsExactly<IOException>(() => log.Report(Reports.Epoch(1)));

        Assert.Contains($"The training log {Run} cannot be written:", error.Message);
    }

    [TestMethod]
    public void Report_FileCannotBeOpened_Throws()
    {
        var log = new TensorBoardLog(Run);
        var file = OnlyFile();
        File.Delete(file);
        Directory.CreateDirectory(file);

        var error = Assert.ThrowsExactly<IOException>(() => log.Report(Reports.Epoch(1)));

        Assert.Contains($"The training log {Run} cannot be written:", error.Message);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)] // has a device that is always full
    public void Report_DiskIsFull_Throws()
    {
        var log = new TensorBoardLog(Run);
        var file = OnlyFile();
        File.Delete(file);
        File.CreateSymbolicLink(file, "/dev/full");

        var error = Assert.ThrowsExactly<IOException>(() => log.Report(Reports.Epoch(1)));

        Assert.Contains("No space left on device", error.Message);
    }

    string OnlyFile() => Directory.GetFiles(Run).Single();
}
