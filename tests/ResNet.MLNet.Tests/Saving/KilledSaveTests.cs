using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Saving;

/// <summary>A process that is killed while it saves leaves the old file or the new one, in every form.</summary>
[TestClass]
public sealed class KilledSaveTests : IDisposable
{
    const int Kills = 20;

    readonly TemporaryFolder folder = new();
    readonly TemporaryFolder temporary = new(); // of the processes

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Save_KilledAtTwentyMoments_LeavesTheOldFileOrTheNew()
    {
        using var first = SavedForm.Classifier(0);
        using var second = SavedForm.Classifier(1);
        var scores = SavedForm.All.ToDictionary(form => form, form => (First: Saved(form, first), Second: Saved(form, second)));
        foreach (var (a, b) in scores.Values)
            Assert.IsFalse(Same(a, b), "The two networks cannot be told apart.");
        var random = new Random(1);
        var interrupted = SavedForm.All.ToDictionary(form => form, _ => 0);
        var seconds = 0;

        for (var kill = 0; kill < Kills; kill++)
        {
            KillOne(random);
            var leftovers = Leftovers();
            foreach (var file in leftovers)
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(-2)); // as for a process that is started again later
            foreach (var form in SavedForm.All)
            {
                var score = form.Score(FilePath(form));
                Assert.IsTrue(Same(score, scores[form].First) || Same(score, scores[form].Second), $"{form.File} after kill {kill + 1}: {string.Join(" ", score)}");
                seconds += Same(score, scores[form].Second) ? 1 : 0;
                var left = leftovers.Count(file => Path.GetFileName(file).StartsWith(form.File, StringComparison.Ordinal));
                Assert.IsLessThanOrEqualTo(1, left, $"{form.File}: what an earlier kill left is still there.");
                interrupted[form] += left;
            }
        }

        TestContext.WriteLine($"Of {Kills} kills, while the file was written: {string.Join(", ", interrupted.Select(form => $"{form.Key.File} {form.Value}"))}; {seconds} files were of the second network.");
        var others = Directory.GetFileSystemEntries(temporary.Path).GroupBy(path => Path.GetFileName(path).Split('-')[0]);
        TestContext.WriteLine($"Left among the temporary files: {string.Join(", ", others.Select(files => $"{files.Count()} {files.Key}"))}.");
        foreach (var (form, count) in interrupted)
            Assert.IsGreaterThan(0, count, $"No kill met {form.File} while it was written.");
        foreach (var form in SavedForm.All)
            form.Save(first, FilePath(form));
        CollectionAssert.AreEquivalent(SavedForm.All.Select(FilePath).ToArray(), Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>Starts a process that saves, and kills it at some moment after each form was saved once.</summary>
    void KillOne(Random random)
    {
        using var process = SavingProcess.Start(folder.Path, temporary.Path);
        var error = process.StandardError.ReadToEndAsync();
        var line = process.StandardOutput.ReadLine();
        if (line is null)
            Assert.Fail(error.Result);
        Assert.AreEqual(SavingProcess.Ready, line);
        Thread.Sleep(random.Next(100));
        process.Kill(); // SIGKILL
        process.WaitForExit();
        Assert.AreEqual(TestProcess.Killed, process.ExitCode, error.Result);
    }

    string FilePath(SavedForm form) => Path.Combine(folder.Path, form.File);

    string[] Leftovers() => Directory.GetFiles(folder.Path, "*.tmp");

    float[] Saved(SavedForm form, Torch.ImageClassifier classifier)
    {
        form.Save(classifier, FilePath(form));
        return form.Score(FilePath(form));
    }

    static bool Same(float[] a, float[] b) => a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5f);

    public void Dispose()
    {
        folder.Dispose();
        temporary.Dispose();
    }
}
