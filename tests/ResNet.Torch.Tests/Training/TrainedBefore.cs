using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

/// <summary>A classifier to start from, images to go on with, and which weights differ afterwards.</summary>
public abstract class TrainedBefore : IDisposable
{
    private protected static readonly ResNetVariant variant = ResNetVariant.ResNet20;

    /// <summary>One step of all 8 images an epoch, in float32: what is compared is compared to the bit.</summary>
    private protected static readonly TrainingOptions brief = new()
    {
        Epochs = 1,
        BatchSize = 8,
        Seed = 1,
        Optimizer = new() { LearningRate = 0.1, ReferenceBatchSize = null, Nesterov = false },
        Schedule = new() { Kind = ScheduleKind.Constant, WarmupFraction = 0 },
        Augmentation = AugmentationOptions.None,
        Precision = TrainingPrecision.Float32,
    };

    private protected readonly TemporaryFolder folder = new();
    private protected readonly LabelledImages images = HalfBrightImages.Of(8);
    private protected readonly ImageClassifier trained = Classifier(variant);

    public void Dispose()
    {
        trained.Dispose();
        images.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static ImageClassifier Classifier(ResNetVariant variant, int channels = 1, Stem? stem = null)
    {
        var network = ResidualNetwork.Seeded(99, variant, classes: 2, channels, stem);
        using (no_grad())
        using (NewDisposeScope())
        {
            // Statistics that a fresh network would not have: means to 0.1, variances from 0.5 to 1.5.
            foreach (var (name, values) in network.state_dict().Where(w => w.Key.Contains("running")))
                values.copy_(name.EndsWith("running_mean", StringComparison.Ordinal) ? rand_like(values).mul_(0.1) : rand_like(values).add_(0.5));
        }
        return new(network, ImagePreset.ImageNet(16, 16, channels), ["left", "right"]);
    }

    private protected string Saved(ImageClassifier classifier)
    {
        var path = folder.File("trained.safetensors");
        classifier.Save(path);
        return path;
    }

    private protected static Dictionary<string, byte[]> Weights(ResidualNetwork network)
    {
        using var scope = NewDisposeScope();
        return network.state_dict().ToDictionary(w => w.Key, w => w.Value.contiguous().bytes.ToArray());
    }

    private protected static List<string> Differing(Dictionary<string, byte[]> one, Dictionary<string, byte[]> other) =>
        [.. one.Where(w => !w.Value.AsSpan().SequenceEqual(other[w.Key])).Select(w => w.Key)];

    private protected ResidualNetwork Retrained(TrainingOptions options, ResNetVariant? other = null) =>
        Trainer.Train(other ?? variant, null, images, null, options).Network;

    private protected static bool IsHead(string name) => name.StartsWith("fc.", StringComparison.Ordinal);
}
