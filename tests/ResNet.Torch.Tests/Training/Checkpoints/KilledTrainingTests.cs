using System.Diagnostics;

namespace ResNet.Torch.Tests.Training.Checkpoints;

/// <summary>A process that is killed again and again, also while it writes, trains the network of one that is left alone.</summary>
[TestClass]
public sealed class KilledTrainingTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Train_KilledAFewTimes_EndsAsIfItHadNotBeen() => Kill(times: 6, seed: 1);

    [TestMethod]
    [TestCategory("Long")]
    public void Train_KilledAHundredTimes_EndsAsIfItHadNotBeen()
    {
        if (Environment.GetEnvironmentVariable("RESNET_LONG_TESTS") is not "1")
        {
            TestContext.WriteLine("Left out: RESNET_LONG_TESTS is not 1.");
            return;
        }
        Kill(times: 100, seed: 2);
    }

    void Kill(int times, int seed)
    {
        using var validation = TrainingProcess.Validation;
        var expected = TinyTraining.TrainedWeights(TrainingProcess.Options, validation);
        var random = new Random(seed);
        int killed = 0, writing = 0;
        for (var left = times; ;)
        {
            using var process = TrainingProcess.Start(folder.Path);
            if (left-- > 0)
            {
                if (left % 2 == 0)
                    WaitForNew(process, "*.tmp");          // while it writes
                else if (WaitForNew(process, CheckpointOptions.FileName))
                    Thread.Sleep(random.Next(300));
                process.Kill();                            // SIGKILL
            }
            var result = TrainingProcess.Result(process);
            killed += result is null ? 1 : 0;
            writing += Directory.GetFiles(folder.Path, "*.tmp").Length > 0 ? 1 : 0;
            if (result is not var (weights, warnings))
                continue;
            Assert.AreEqual(expected, weights);
            Assert.IsEmpty(warnings);
            CollectionAssert.AreEqual(new[] { CheckpointOptions.FileName }, Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).ToArray());
            if (left <= 0)
                break;
            File.Delete(Path.Combine(folder.Path, CheckpointOptions.FileName)); // it was through before its time: once more
        }
        TestContext.WriteLine($"{killed} killed, {writing} of them while a checkpoint was written.");
        Assert.IsGreaterThan(times / 2, killed);
    }

    /// <summary>Waits until there is a file that there was not, or not as it is now; false when the process ends before that.</summary>
    bool WaitForNew(Process process, string pattern)
    {
        HashSet<(string, DateTime)> Seen() => [.. Directory.GetFiles(folder.Path, pattern).Select(file => (file, File.GetLastWriteTimeUtc(file)))];
        var before = Seen();
        while (!process.HasExited)
        {
            if (!Seen().IsSubsetOf(before))
                return true;
            Thread.Sleep(1);
        }
        return false;
    }

    public void Dispose() => folder.Dispose();
}
