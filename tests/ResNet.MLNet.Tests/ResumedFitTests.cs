using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>Checkpoints of a training through the estimator, and what its log says.</summary>
[TestClass]
public sealed class ResumedFitTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    ResNetClassifierOptions Options => TestImages.Options with
    {
        Variant = ResNetVariant.ResNet20,
        Stem = null,
        Training = TestImages.Brief with { Epochs = 3, Seed = null, Checkpoints = new() { Folder = folder.Path } },
        ValidationSetFraction = 0.25,
    };

    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    static (float[] Scores, string History) Fit(ResNetClassifierOptions options)
    {
        var mlContext = new MLContext();
        using var model = mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 24));
        var scores = model.Transform(TestImages.Rows(mlContext, 6)).GetColumn<float[]>("Score").SelectMany(row => row);
        return ([.. scores], string.Join('\n', model.History.Select(epoch => epoch with { Duration = default })));
    }

    [TestMethod]
    public void Fit_InterruptedWithoutASeed_HoldsTheSameRowsBackAndEndsAsIfItHadNotBeen()
    {
        for (var epoch = 2; epoch <= 3; epoch++)
        {
            using var cancel = new CancellationTokenSource();
            var stopping = new Progress(report => { if (report.Epoch == epoch) cancel.Cancel(); });
            Assert.ThrowsExactly<OperationCanceledException>(() => Fit(Options with { Progress = stopping, CancellationToken = cancel.Token }));
        }
        var seed = Options.Training.Checkpoints!.SavedSeed;
        List<int> epochs = [];

        var resumed = Fit(Options with { Progress = new Progress(report => epochs.Add(report.Epoch)) });

        Assert.AreEqual(3, epochs.Min());
        var whole = Fit(Options with { Training = Options.Training with { Seed = seed, Checkpoints = null } });
        CollectionAssert.AreEqual(whole.Scores, resumed.Scores);
        Assert.AreEqual(whole.History, resumed.History);
    }

    [TestMethod]
    public void Fit_OtherFractionHeldBack_IsAnotherTraining()
    {
        Fit(Options);

        var error = Assert.ThrowsExactly<CheckpointException>(() => Fit(Options with { ValidationSetFraction = 0.5 }));

        Assert.Contains("training images was 18 of 16×16", error.Message);
        Assert.Contains("validation images was 6 of 16×16", error.Message);
    }

    [TestMethod]
    public void Fit_Warnings_ReachTheContextsLog()
    {
        var mlContext = new MLContext(seed: 1);
        List<string> warnings = [];
        mlContext.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };
        var rows = TestImages.Rows(mlContext, 12);
        var options = Options with
        {
            ValidationSetFraction = null,
            ValidationSet = mlContext.Data.TakeRows(rows, 2), // of the classes left and right
            Progress = new Progress(report =>
            {
                if (report.CompletedEpoch?.Epoch == 3)
                    Directory.Delete(Path.Combine(folder.Path, "run"), recursive: true);
            }),
        };
        options = options with { Training = options.Training with { Checkpoints = new() { Folder = Path.Combine(folder.Path, "run") } } };

        mlContext.Transforms.ResNetClassifier(options).Fit(rows).Dispose();

        Assert.HasCount(2, warnings);
        Assert.Contains("none of 1 of 3 classes ('top')", warnings[0]);
        Assert.Contains("The checkpoint of epoch 3 could not be written", warnings[1]);
    }

    public void Dispose() => folder.Dispose();
}
