namespace ResNet.Torch.Tests.Training.Checkpoints;

/// <summary>Folders that checkpoints cannot be written to, or no longer, and what lies in them.</summary>
[TestClass]
public sealed class CheckpointFolderTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    TrainingOptions Options => TinyTraining.Options with { Checkpoints = new() { Folder = Path.Combine(folder.Path, "run") } };

    [TestMethod]
    public void Train_FileInTheFoldersPlace_FailsBeforeTheFirstStep()
    {
        folder.File("run", "a file"u8);
        var recorder = new Recorder();

        var error = Assert.ThrowsExactly<CheckpointException>(() => TinyTraining.Train(Options, progress: recorder));

        Assert.Contains($"No checkpoint can be written to {Path.Combine(folder.Path, "run")}", error.Message);
        Assert.Contains("CheckpointOptions.Folder", error.Message);
        Assert.IsEmpty(recorder.Reports);
    }

    [TestMethod]
    public void Train_FolderInTheFilesPlace_FailsBeforeTheFirstStep()
    {
        folder.File("run", CheckpointOptions.FileName, "inside");
        var recorder = new Recorder();

        Assert.ThrowsExactly<CheckpointException>(() => TinyTraining.Train(Options, progress: recorder));

        Assert.IsEmpty(recorder.Reports);
        Assert.IsEmpty(Directory.GetFiles(Path.Combine(folder.Path, "run")));
    }

    [TestMethod]
    public void Train_FolderGoneInBetween_WarnsAndTrainsOn()
    {
        var recorder = new Recorder(report =>
        {
            if (report.CompletedEpoch?.Epoch == 2)
                Directory.Delete(Options.Checkpoints!.Folder, recursive: true);
        });

        var weights = TinyTraining.TrainedWeights(Options, progress: recorder);

        Assert.AreEqual(TinyTraining.TrainedWeights(TinyTraining.Options), weights);
        var warnings = recorder.Warnings.ToList();
        Assert.HasCount(2, warnings);
        Assert.Contains("The checkpoint of epoch 2 could not be written", warnings[0]);
        Assert.Contains("The checkpoint of epoch 3 could not be written", warnings[1]);
        Assert.Contains(Path.Combine(folder.Path, "run", CheckpointOptions.FileName), warnings[0]);
    }

    [TestMethod]
    public void Train_DiskFullAfterTheFirstCheckpoint_WarnsKeepsThatAndTrainsOn()
    {
        if (OperatingSystem.IsWindows())
        {
            TestContext.WriteLine("Left out: Windows has no limit on the size of a process's files.");
            return;
        }
        // 1.1 MB for each vector of weights: three before the first epoch, the best epoch's as a fourth after it.
        var run = Path.Combine(folder.Path, "run");
        using var process = TrainingProcess.StartWithFilesOfAtMost(kilobytes: 3800, run);
        var (weights, warnings) = TrainingProcess.Result(process)!.Value;

        using var validation = TrainingProcess.Validation;
        var expected = TinyTraining.TrainedWeights(TrainingProcess.Options, validation);
        Assert.AreEqual(expected, weights);
        Assert.HasCount(TrainingProcess.Options.Epochs, warnings);
        Assert.Contains("The checkpoint of epoch 1 could not be written", warnings[0]);
        CollectionAssert.AreEqual(new[] { CheckpointOptions.FileName }, Directory.GetFileSystemEntries(run).Select(Path.GetFileName).ToArray());
        var recorder = new Recorder();
        Assert.AreEqual(expected, TinyTraining.TrainedWeights(TrainingProcess.Options with { Checkpoints = new() { Folder = run } }, validation, recorder));
        Assert.AreEqual(1, recorder.Reports[0].Epoch, "The one that is kept is of the beginning.");
    }

    [TestMethod]
    public void Train_LeftoversOfAKilledWriter_AreRemoved_AndNothingElse()
    {
        var leftover = folder.File("run", $"{CheckpointOptions.FileName}.{Guid.NewGuid():N}.tmp");
        var notes = folder.File("run", "notes.tmp");
        var inUse = folder.File("run", $"{CheckpointOptions.FileName}.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(leftover, "part of a checkpoint");
        File.WriteAllText(notes, "somebody's");
        using var writer = new FileStream(inUse, FileMode.CreateNew, FileAccess.Write);

        TinyTraining.TrainedWeights(Options);

        CollectionAssert.AreEquivalent(
            new[] { Path.Combine(folder.Path, "run", CheckpointOptions.FileName), notes, inUse },
            Directory.GetFiles(Path.Combine(folder.Path, "run")));
    }

    public void Dispose() => folder.Dispose();
}
