using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests;

[TestClass]
public class ResNetClassifierTests
{
    readonly MLContext mlContext = new(seed: 1);

    [TestMethod]
    public void Estimator_OnImagesInMemory_KeepsTheContract() =>
        EstimatorContract.Check(mlContext.Transforms.ResNetClassifier(TestImages.Options), TestImages.Rows(mlContext, 18), "Score", EstimatorContract.CountForwards);

    [TestMethod]
    public void Estimator_OnFiles_KeepsTheContract()
    {
        using var folder = TestImages.Files(perClass: 6, size: 24);
        var images = TestImages.LoadFiles(mlContext, folder.Path);
        var resize = mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size).Fit(images);

        EstimatorContract.Check(mlContext.Transforms.ResNetClassifier(TestImages.Options), resize.Transform(images), "Score", EstimatorContract.CountForwards);
    }

    [TestMethod]
    public void Fit_SeparableImages_ScoresThemRightly()
    {
        var options = TestImages.Options with { Training = TestImages.Brief with { Epochs = 8 } };
        using var model = mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 60));

        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(TestImages.Rows(mlContext, 30)));

        Assert.AreEqual(1.0, metrics.MicroAccuracy);
        Assert.AreEqual(3, metrics.ConfusionMatrix.NumberOfClasses);
    }

    [TestMethod]
    public void Fit_MemoryLimitAndThreads_DoNotChangeTheNetwork()
    {
        using var folder = TestImages.Files(perClass: 8);
        var data = TestImages.LoadFiles(mlContext, folder.Path);

        CollectionAssert.AreEqual(Scores(null, threads: 1), Scores(memoryLimit: 2000, threads: 8));
        Assert.AreEqual(0, OpenFiles.Count("resnet-pixels") ?? 0, "The file of pixels is gone with Fit.");

        float[] Scores(long? memoryLimit, int threads)
        {
            var options = TestImages.Options with { MemoryLimit = memoryLimit, DecodingThreads = threads, ValidationSetFraction = 0.25 };
            using var model = mlContext.Transforms.ResNetClassifier(options).Fit(data);
            return [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
        }
    }

    [TestMethod]
    public void Fit_CancelledInTraining_LeavesNoFileOfPixels()
    {
        using var cancellation = new CancellationTokenSource();
        var options = TestImages.Options with { MemoryLimit = 0, Progress = new StopAtFirstStep(cancellation), CancellationToken = cancellation.Token, ValidationSet = TestImages.Rows(mlContext, 12) };

        Assert.ThrowsExactly<OperationCanceledException>(() => mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 24)));

        Assert.AreEqual(0, OpenFiles.Count("resnet-pixels") ?? 0);
    }

    sealed class StopAtFirstStep(CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => cancellation.Cancel();
    }

    [TestMethod]
    public void Score_Columns_CarryMlNetsAnnotations()
    {
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options).Fit(TestImages.Rows(mlContext, 12));
        var schema = model.Transform(TestImages.Rows(mlContext, 12)).Schema;
        var (score, predicted) = (schema["Score"], schema["PredictedLabel"]);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), score.Type);
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), predicted.Type);
        Assert.IsTrue(score.HasSlotNames());
        Assert.IsTrue(predicted.HasKeyValues());
        foreach (var (column, annotation) in new[] { (score, "SlotNames"), (score, "TrainingLabelValues"), (predicted, "KeyValues") })
        {
            VBuffer<ReadOnlyMemory<char>> values = default;
            column.Annotations.GetValue(annotation, ref values);
            CollectionAssert.AreEqual(TestImages.Classes, values.DenseValues().Select(v => v.ToString()).ToArray(), annotation);
        }
        ReadOnlyMemory<char> kind = default;
        score.Annotations.GetValue("ScoreColumnKind", ref kind);
        Assert.AreEqual("MulticlassClassification", kind.ToString());
    }

    [TestMethod]
    public void Fit_NumericLabels_KeepTheirType()
    {
        var rows = TestImages.Rows(mlContext, 12, data => mlContext.Transforms.Conversion.ConvertType("Class", "Number", DataKind.Int32).Fit(data).Transform(data));
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options).Fit(rows);
        var schema = model.Transform(rows).Schema;

        VBuffer<int> keys = default;
        schema["PredictedLabel"].Annotations.GetValue("KeyValues", ref keys);
        CollectionAssert.AreEqual(Enumerable.Range(0, 12).ToArray(), keys.DenseValues().ToArray());
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Score"].GetSlotNames(ref names);
        Assert.AreEqual("11", names.GetItemOrDefault(11).ToString());
    }

    [TestMethod]
    public void Fit_RenamedColumns_AreReadAndWritten()
    {
        var options = TestImages.Options with { ImageColumnName = "Photo", LabelColumnName = "Kind", ScoreColumnName = "P", PredictedLabelColumnName = "Guess" };
        var rows = TestImages.Rows(mlContext, 12);
        var renamed = mlContext.Transforms.CopyColumns("Photo", "Image").Append(mlContext.Transforms.CopyColumns("Kind", "Label"))
            .Append(mlContext.Transforms.DropColumns("Image", "Label")).Fit(rows).Transform(rows);
        using var model = mlContext.Transforms.ResNetClassifier(options).Fit(renamed);

        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(renamed), "Kind", "P", "Guess");

        Assert.IsGreaterThan(0, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void Fit_SameSeedOfTheContext_GivesTheSameScores()
    {
        float[] FirstScores()
        {
            var context = new MLContext(seed: 7);
            using var model = context.Transforms.ResNetClassifier(TestImages.Options with { Training = TestImages.Brief with { Seed = null } }).Fit(TestImages.Rows(context, 12));
            return [.. model.Transform(TestImages.Rows(context, 12)).GetColumn<VBuffer<float>>("Score").First().DenseValues()];
        }

        CollectionAssert.AreEqual(FirstScores(), FirstScores());
    }

    [TestMethod]
    public void Fit_Epochs_ReachTheLogAndTheProgress()
    {
        var lines = new List<string>();
        mlContext.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Info)
                lines.Add(e.Message);
        };
        var epochs = new List<EpochMetrics>();
        var options = TestImages.Options with
        {
            Training = TestImages.Brief with { Epochs = 2 },
            ValidationSetFraction = 0.25,
            Progress = new Inline(p => epochs.AddRange(p.CompletedEpoch is { } epoch ? [epoch] : [])),
        };

        mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 24)).Dispose();

        Assert.HasCount(2, epochs);
        Assert.IsNotNull(epochs[1].ValidationAccuracy);
        foreach (var epoch in epochs)
            Assert.IsTrue(lines.Exists(l => l.Contains($"Epoch {epoch.Epoch}/2:") && l.Contains("validation accuracy")), string.Join('\n', lines));
    }

    sealed class Inline(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    [TestMethod]
    public void Fit_ValidationSet_IsMeasuredAndNotTrainedOn()
    {
        var seen = new List<EpochMetrics?>();
        var options = TestImages.Options with { ValidationSet = TestImages.Rows(mlContext, 9), Progress = new Inline(p => seen.Add(p.CompletedEpoch)) };

        mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 24)).Dispose();

        Assert.HasCount(3 + 1, seen); // 24 images in steps of 8, then the epoch
        Assert.IsNotNull(seen[^1]!.ValidationLoss);
    }

    [TestMethod]
    public void Fit_Cancelled_EndsWithinOneBatchAndFreesAll()
    {
        using var cancel = new CancellationTokenSource();
        var steps = 0;
        var options = TestImages.Options with
        {
            CancellationToken = cancel.Token,
            Progress = new Inline(_ => { steps++; cancel.Cancel(); }),
        };

        var left = NativeTensors.LeftBy(
            () => Assert.ThrowsExactly<OperationCanceledException>(() => mlContext.Transforms.ResNetClassifier(options).Fit(TestImages.Rows(mlContext, 64))),
            networks: 1, trainings: 1);

        Assert.AreEqual(1, steps);
        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Fit_CancelledWhileReading_EndsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        Assert.ThrowsExactly<OperationCanceledException>(() =>
            mlContext.Transforms.ResNetClassifier(TestImages.Options with { CancellationToken = cancel.Token }).Fit(TestImages.Rows(mlContext, 64)));
    }

    [TestMethod]
    public void Dispose_AfterScoring_LeavesNoTensor()
    {
        var rows = TestImages.Rows(mlContext, 12);

        var left = NativeTensors.LeftBy(
            () =>
            {
                using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options).Fit(rows);
                _ = model.Transform(rows).GetColumn<VBuffer<float>>("Score").ToList();
            },
            networks: 1, trainings: 1);

        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Transform_OfADisposedModel_SaysSo()
    {
        var rows = TestImages.Rows(mlContext, 12);
        var model = mlContext.Transforms.ResNetClassifier(TestImages.Options).Fit(rows);
        model.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Transform(rows).GetColumn<VBuffer<float>>("Score").ToList());
    }

    [TestMethod]
    public void Fit_GreyChannel_TrainsANetworkOfOneChannel()
    {
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options with { Channels = 1 }).Fit(TestImages.Rows(mlContext, 12));

        CollectionAssert.AreEqual(new long[] { 64, 1, 7, 7 }, model.Classifier.Network.state_dict()["conv1.weight"].shape);
        Assert.HasCount(12, model.Transform(TestImages.Rows(mlContext, 12)).GetColumn<VBuffer<float>>("Score").ToList());
    }

    [TestMethod]
    public void Fit_SmallImages_ChoosesTheSmallStemByItself()
    {
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options with { Stem = null }).Fit(TestImages.Rows(mlContext, 8));

        Assert.AreEqual(Stem.Small, model.Classifier.Network.Stem);
    }

    [TestMethod]
    public void Score_OfAnImage_IsTheNetworksOwn()
    {
        using var model = mlContext.Transforms.ResNetClassifier(TestImages.Options).Fit(TestImages.Rows(mlContext, 12));
        var score = model.Transform(TestImages.Rows(mlContext, 12)).GetColumn<VBuffer<float>>("Score").First().DenseValues().ToArray();

        using var scope = NewDisposeScope();
        using var image = TestImages.Image(0, seed: 0);
        var bgra = tensor(image.Pixels.ToArray()).reshape(1, TestImages.Size, TestImages.Size, 4);
        var rgb = bgra.index_select(3, tensor(new long[] { 2, 1, 0 })).to(ScalarType.Float32).div(255); // 1×H×W×3
        var normalised = rgb.sub(tensor(new[] { 0.485f, 0.456f, 0.406f })).div(tensor(new[] { 0.229f, 0.224f, 0.225f }));
        var expected = model.Classifier.Network.call(normalised.permute(0, 3, 1, 2)).softmax(1).data<float>().ToArray();

        for (var i = 0; i < 3; i++)
            Assert.AreEqual(expected[i], score[i], 1e-5);
    }
}
