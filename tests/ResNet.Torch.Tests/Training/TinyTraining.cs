using System.Security.Cryptography;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

/// <summary>Trainings of a second: a network of 270,000 weights, and generated images whose bright part names the class.</summary>
static class TinyTraining
{
    public const int Classes = 3;

    public static ResNetVariant Variant => ResNetVariant.ResNet20;

    /// <summary>Three epochs of three steps on <see cref="Images"/>'s 24 images.</summary>
    public static TrainingOptions Options { get; } = new() { Epochs = 3, BatchSize = 8, Seed = 7, Precision = TrainingPrecision.Float32 };

    /// <summary>The same rate at every step, so that a shorter training is the beginning of a longer one.</summary>
    public static TrainingOptions Steady { get; } = Options with { Optimizer = new() { LearningRate = 0.02, ReferenceBatchSize = null }, Schedule = new() { Kind = ScheduleKind.Constant, WarmupFraction = 0 } };

    /// <param name="count">How many; the classes take turns.</param>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="shift">How many classes further the labels are: 0 tells the truth.</param>
    public static LabelledImages Images(int count = 24, int size = 16, int seed = 1, int shift = 0)
    {
        var random = new Random(seed);
        var images = new LabelledImages(ImagePreset.ImageNet(size, size), Classes);
        for (var i = 0; i < count; i++)
        {
            var bright = i % Classes * size / Classes;
            var pixels = Enumerable.Range(0, size * size * 3).Select(p => (byte)(random.Next(100) + (p / 3 % size >= bright ? 120 : 0)));
            images.Add([.. pixels], (i + shift) % Classes);
        }
        return images;
    }

    public static TrainingResult Train(TrainingOptions options, LabelledImages? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Trainer.Train(Variant, null, Images(), validation, options, progress, cancellation);

    /// <summary>SHA-256 of all weights that a training ends with.</summary>
    public static string TrainedWeights(TrainingOptions options, LabelledImages? validation = null, IProgress<TrainingProgress>? progress = null)
    {
        using var network = Train(options, validation, progress).Network;
        return WeightsOf(network);
    }

    /// <summary>SHA-256 of every weight, statistic and count of a network.</summary>
    public static string WeightsOf(ResidualNetwork network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, weight) in network.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            TensorBytes.ForEachPart(weight.detach().contiguous(), (_, part) => hash.AppendData(part));
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}

/// <summary>Keeps what it is told, and does something on top of that.</summary>
sealed class Recorder(Action<TrainingProgress>? also = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public IEnumerable<string> Warnings => Reports.Select(report => report.Warning).OfType<string>();

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        also?.Invoke(value);
    }

    /// <summary>Cancels after the first step of an epoch.</summary>
    public static Recorder CancellingIn(int epoch, CancellationTokenSource source) => new(report =>
    {
        if (report is { Step: 1, CompletedEpoch: null } && report.Epoch == epoch)
            source.Cancel();
    });
}
