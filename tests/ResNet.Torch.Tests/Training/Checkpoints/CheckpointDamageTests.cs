using System.Globalization;
using System.Text;

namespace ResNet.Torch.Tests.Training.Checkpoints;

/// <summary>Files that training must not go on from: what is wrong and what to do is said, and the file stays as it is.</summary>
[TestClass]
public sealed class CheckpointDamageTests : IDisposable
{
    static readonly TrainingOptions options = TinyTraining.Options with { Regularization = new() { WeightAverageDecay = 0.9 } };

    static byte[] good = [];

    readonly TemporaryFolder folder = new();

    [ClassInitialize]
    public static void WriteGoodCheckpoint(TestContext _)
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        using var validation = Validation();
        Assert.ThrowsExactly<OperationCanceledException>(() => TinyTraining.Train(
            options with { Checkpoints = new() { Folder = folder.Path } }, validation, Recorder.CancellingIn(3, cancel), cancel.Token));
        good = File.ReadAllBytes(folder.File(CheckpointOptions.FileName));
    }

    static LabelledImages Validation() => TinyTraining.Images(9, seed: 5);

    string CheckpointPath => Path.Combine(folder.Path, CheckpointOptions.FileName);

    /// <summary>The message when a training is to go on from these bytes; they are as before afterwards.</summary>
    string Refusal(byte[] checkpoint, TrainingOptions? changed = null, ResNetVariant? variant = null, LabelledImages? training = null, LabelledImages? validation = null)
    {
        folder.File(CheckpointOptions.FileName, checkpoint);
        using var ownTraining = TinyTraining.Images();
        using var ownValidation = Validation();
        var recorder = new Recorder();

        var error = Assert.ThrowsExactly<CheckpointException>(() => Trainer.Train(
            variant ?? TinyTraining.Variant, null, training ?? ownTraining, validation ?? ownValidation, (changed ?? options) with { Checkpoints = new() { Folder = folder.Path } }, recorder));

        Assert.IsEmpty(recorder.Reports);
        CollectionAssert.AreEqual(checkpoint, File.ReadAllBytes(CheckpointPath));
        CollectionAssert.AreEqual(new[] { CheckpointPath }, Directory.GetFileSystemEntries(folder.Path));
        Assert.Contains(CheckpointPath, error.Message);
        return error.Message;
    }

    static void RequiresDamage(string message)
    {
        Assert.Contains("is damaged: ", message);
        Assert.Contains("set Resume to false to start anew", message);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(8)]
    [DataRow(1000)]
    [DataRow(-2_000_000)]
    [DataRow(-1)]
    public void Train_TruncatedCheckpoint_SaysSo(int length) => RequiresDamage(Refusal(good[..(length < 0 ? good.Length + length : length)]));

    [TestMethod]
    public void Train_AnyBitOfTheValuesFlipped_IsNoticed()
    {
        var random = new Random(3);
        var values = 8 + BitConverter.ToInt32(good);
        foreach (var at in Enumerable.Range(0, 12).Select(_ => random.Next(values, good.Length)).Append(values).Append(good.Length - 1))
            RequiresDamage(Refusal(Flipped(at, random.Next(8))));
    }

    [TestMethod]
    public void Train_AnyBitOfTheHeaderFlipped_IsNoticed()
    {
        var random = new Random(4);
        var length = BitConverter.ToInt32(good);
        foreach (var at in Enumerable.Range(0, 40).Select(_ => 8 + random.Next(length)).Concat(Enumerable.Range(0, 8)))
            Refusal(Flipped(at, random.Next(8)));
    }

    static byte[] Flipped(int at, int bit)
    {
        byte[] bytes = [.. good];
        bytes[at] ^= (byte)(1 << bit);
        return bytes;
    }

    [TestMethod]
    public void Train_TypeOfATensorReplaced_IsNoticed() => RequiresDamage(Refusal(Replaced("\"F32\"", "\"I32\"")));

    [TestMethod]
    public void Train_NumberInTheStateReplaced_IsDamageAndNoOtherTraining() => RequiresDamage(Refusal(Replaced("\\\"Seed\\\":7", "\\\"Seed\\\":8")));

    [TestMethod]
    [DataRow("\\\"Format\\\":1", "\\\"Format\\\":2")]
    [DataRow("\\\"Format\\\":1,\\\"Identity\\\"", "\\\"Format\\\":2,\\\"Likeness\\\"")] // what else it holds is unknown
    public void Train_OtherFormat_NamesBoth(string text, string other)
    {
        var message = Refusal(Replaced(text, other));

        Assert.Contains("is a checkpoint of format 2; this version reads 1", message);
        Assert.Contains("the version that wrote it", message);
    }

    /// <summary>The checkpoint with a part of its header replaced by one that may be of another length.</summary>
    static byte[] Replaced(string text, string by)
    {
        var length = BitConverter.ToInt32(good);
        var header = Encoding.UTF8.GetString(good, 8, length);
        Assert.Contains(text, header);
        var at = header.IndexOf(text, StringComparison.Ordinal);
        var changed = Encoding.UTF8.GetBytes(header[..at] + by + header[(at + text.Length)..]);
        return [.. BitConverter.GetBytes((long)changed.Length), .. changed, .. good[(8 + length)..]];
    }

    [TestMethod]
    public void Train_WeightFileInTheCheckpointsPlace_SaysHowToStartFromIt()
    {
        using var network = ResidualNetwork.Seeded(1, TinyTraining.Variant, TinyTraining.Classes);
        network.Save(CheckpointPath);

        var message = Refusal(File.ReadAllBytes(CheckpointPath));

        Assert.Contains("is a weight file, but no checkpoint of a training", message);
        Assert.Contains("FineTuningOptions.WeightsFile", message);
    }

    [TestMethod]
    public void Train_EveryOptionChanged_NamesEachWithBothValues()
    {
        var message = Refusal(good, options with
        {
            Epochs = 4,
            BatchSize = 6,
            Seed = 8,
            Optimizer = new() { LearningRate = 0.03125 },
            Schedule = new() { Kind = ScheduleKind.Polynomial },
            Augmentation = new() { CropPadding = 3 },
            Regularization = new() { WeightAverageDecay = 0.75 },
            Precision = TrainingPrecision.BFloat16,
            Validation = new() { Patience = 2 },
        });

        Assert.Contains("is of another training: ", message);
        Assert.Contains("Epochs was 3 and is 4", message);
        Assert.Contains("BatchSize was 8 and is 6", message);
        Assert.Contains("Seed was 7 and is 8", message);
        Assert.Contains("Precision was Float32 and is BFloat16", message);
        foreach (var difference in new[]
        {
            "Optimizer.LearningRate was 0.1 and is 0.03125", "and is \"Polynomial\"", "Augmentation.CropPadding was 0 and is 3",
            "Regularization.WeightAverageDecay was 0.9 and is 0.75", "Validation.Patience was null and is 2",
        })
        {
            Assert.Contains(difference, message);
        }
        Assert.Contains("Resume to false to replace it", message);
    }

    [TestMethod]
    public void Train_OtherNetwork_SaysWhich()
    {
        Assert.Contains("network was resnet20 with 3 classes", Refusal(good, variant: ResNetVariant.ResNet32));
        Assert.Contains("and is resnet32 with 3 classes", Refusal(good, variant: ResNetVariant.ResNet32));
        Assert.Contains("row.DropPathRate was 0 and is 0.5", Refusal(good, variant: TinyTraining.Variant with { DropPathRate = 0.5 }));
    }

    [TestMethod]
    public void Train_OtherTrainingImages_SaysSo()
    {
        using var fewer = TinyTraining.Images(23);
        using var relabelled = TinyTraining.Images(shift: 1);
        using var redrawn = WithOtherLastImage();

        foreach (var images in new[] { fewer, relabelled, redrawn })
            Assert.Contains("training images was 24 of 16×16", Refusal(good, training: images));

        static LabelledImages WithOtherLastImage()
        {
            using var usual = TinyTraining.Images();
            var images = new LabelledImages(usual.Preset, usual.Classes);
            var pixels = new byte[usual.Preset.ImageBytes];
            for (var i = 0; i < usual.Count; i++)
            {
                usual.CopyPixels(i, pixels);
                pixels[0] ^= (byte)(i == usual.Count - 1 ? 1 : 0);
                images.Add(pixels, usual.Label(i));
            }
            return images;
        }
    }

    [TestMethod]
    public void Train_OtherValidationImages_SaysSo()
    {
        using var other = TinyTraining.Images(9, seed: 6);

        Assert.Contains("validation images was 9 of 16×16", Refusal(good, validation: other));
    }

    [TestMethod]
    public void Train_OtherCulture_GoesOn()
    {
        folder.File(CheckpointOptions.FileName, good);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            using var validation = Validation();
            var recorder = new Recorder();
            using var network = TinyTraining.Train(options with { Checkpoints = new() { Folder = folder.Path } }, validation, recorder).Network;
            Assert.AreEqual(3, recorder.Reports[0].Epoch);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [TestMethod]
    public void Train_ResumeFalse_ReplacesEvenADamagedOne()
    {
        folder.File(CheckpointOptions.FileName, good.AsSpan(0, 1000));
        using var validation = Validation();
        var anew = options with { Checkpoints = new() { Folder = folder.Path, Resume = false } };

        Assert.AreEqual(TinyTraining.TrainedWeights(options, validation), TinyTraining.TrainedWeights(anew, validation));

        using var file = WeightFile.Open(CheckpointPath);
        Assert.Contains("\"Epoch\":3", file.Metadata["resnet.training"]);
    }

    public void Dispose() => folder.Dispose();
}
