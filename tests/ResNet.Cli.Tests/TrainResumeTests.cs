using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests;

/// <summary><c>resnet train --resume</c>: a training goes on as its run folder says.</summary>
[TestClass]
public class TrainResumeTests
{
    [TestMethod]
    public void Resume_StoppedTrainingByItsFolderAlone_EndsAsOneRun()
    {
        using var folder = new TemporaryFolder();
        var (data, whole, parts) = (TestImages.Write(folder, "data", perClass: 6), folder.File("whole"), folder.File("parts"));
        Tool.Run(TestTraining.Of(3, data, whole, "--validation", "0.3")).Succeeded();

        var (exitCode, error) = TestTraining.StopAfterOneEpoch(TestTraining.Of(3, data, parts, "--validation", "0.3"));

        Assert.AreEqual(ExitCode.Cancelled, exitCode, error);
        Assert.Contains("The checkpoint of epoch 1 is in", error);
        Assert.IsFalse(File.Exists(Path.Combine(parts, "model.safetensors")));
        Assert.Contains("--resume", Tool.Run(TestTraining.Of(3, data, parts)).Failed(ExitCode.Failed));
        var resumed = Tool.Run("train", "--resume", "--out", parts).Succeeded();
        Assert.DoesNotContain("epoch 1/3:", resumed.Error);
        Assert.Contains("epoch 3/3:", resumed.Error);
        CollectionAssert.AreEqual(TestTraining.Weights(whole), TestTraining.Weights(parts));
        Assert.HasCount(4, File.ReadAllLines(Path.Combine(parts, "metrics.csv")));
    }

    [TestMethod]
    public void Resume_FinishedTraining_LeavesItAsItIs()
    {
        using var folder = new TemporaryFolder();
        var (data, run) = (TestImages.Write(folder, "data", perClass: 6), folder.File("run"));
        Tool.Run(TestTraining.Of(2, data, run)).Succeeded();
        var (weights, metrics, configuration) = (TestTraining.Weights(run), File.ReadAllText(Path.Combine(run, "metrics.csv")), File.ReadAllText(Path.Combine(run, "config.json")));

        Assert.DoesNotContain("epoch 1/2:", Tool.Run("train", "--resume", "--out", run).Succeeded().Error);
        Tool.Run(TestTraining.Of(2, data, run, "--resume", "--size", "16", "--recipe", "Small-Images")).Succeeded(); // the options that it has

        CollectionAssert.AreEqual(weights, TestTraining.Weights(run));
        Assert.AreEqual(metrics, File.ReadAllText(Path.Combine(run, "metrics.csv")));
        Assert.AreEqual(configuration, File.ReadAllText(Path.Combine(run, "config.json")));
    }

    [TestMethod]
    public void Resume_WhereThereIsNoTraining_BeginsOne()
    {
        using var folder = new TemporaryFolder();
        var (data, run) = (TestImages.Write(folder, "data", perClass: 2), folder.File("run"));

        Assert.Contains("There is no training in", Tool.Run("train", "--resume", "--out", run).Failed(ExitCode.BadUsage));
        Assert.Contains("DATA is missing", Tool.Run("train", "--out", run).Failed(ExitCode.BadUsage));
        Assert.IsFalse(Directory.Exists(run));
        Tool.Run(TestTraining.Of(1, data, run, "--resume")).Succeeded();
    }

    [TestMethod]
    public void Resume_OptionsOfAnotherTraining_NamesBothValuesOfEach()
    {
        using var folder = new TemporaryFolder();
        var (data, run) = (TestImages.Write(folder, "data", perClass: 4), folder.File("run"));
        Tool.Run(TestTraining.Of(1, data, run, "--validation", "0.3")).Succeeded();

        foreach (var (options, expected) in new (string[], string)[]
        {
            (["--epochs", "5"], "--epochs is 5 and was 1"),
            (["--model", "resnet32"], "--model is resnet32 and was resnet20"),
            (["--stem", "Small"], "--stem is Small and was not given"),
            (["--recipe", "he2015"], "--recipe is he2015 and was small-images"),
            (["--seed", "4"], "--seed is 4 and was 3"),
            (["--freeze", "1"], "--freeze is 1 and was not given"),
            (["--set", "batchsize=7"], "--set batchsize is 7 and was 6"),
            (["--set", "Optimizer.Kind=Adam"], "--set Optimizer.Kind is \"Adam\" and was \"Sgd\""),
            (["--size", "32"], "--size is 32×32 and was 16×16"),
            (["--validation", "0.5"], "--validation is 0.5 and was 0.3"),
            (["--validation", data], $"--validation is {data} and was 0.3"),
            (["--skip-bad"], "--skip-bad is Skip and was Throw"),
            ([folder.File("other")], $"DATA is {folder.File("other")} and was {data}"),
        })
        {
            var error = Tool.Run(["train", "--resume", "--out", run, .. options]).Failed(ExitCode.BadUsage);

            Assert.Contains(expected, error);
            Assert.Contains("config.json", error);
        }
        var both = Tool.Run("train", "--resume", "--out", run, "--epochs", "5", "--seed", "4").Failed(ExitCode.BadUsage);
        Assert.Contains("--epochs is 5 and was 1", both);
        Assert.Contains("--seed is 4 and was 3", both);
    }

    [TestMethod]
    public void Resume_FolderThatDoesNotFitAnyMore_SaysWhatChanged()
    {
        using var folder = new TemporaryFolder();
        var (data, run) = (TestImages.Write(folder, "data", perClass: 2), folder.File("run"));
        Tool.Run(TestTraining.Of(1, data, run)).Succeeded();
        var configuration = Path.Combine(run, "config.json");
        var text = File.ReadAllText(configuration);
        string Resume() => Tool.Run("train", "--resume", "--out", run).Failed(ExitCode.Failed);

        foreach (var (damaged, expected) in new[] { ("{", "config.json"), (text.Replace("resnet20", "resnet21"), "resnet21"), (text.Replace("\"Epochs\"", "\"Epoch\""), "Epoch"), (text.Replace("\"Height\": 16", "\"Height\": 0"), "0 pixels") })
        {
            File.WriteAllText(configuration, damaged);
            var error = Resume();
            Assert.Contains(expected, error);
            Assert.Contains("is not what 'resnet train' wrote there", error);
        }
        File.WriteAllText(configuration, text);
        Directory.Move(Path.Combine(data, "top"), Path.Combine(data, "bottom"));
        Assert.Contains("bottom, left, right, where there were left, right, top", Resume());
        File.Delete(configuration);
        Assert.Contains("no config.json", Resume());
    }
}
