using ResNet.Torch.Wording;

namespace ResNet.Torch.Training;

/// <summary>Gives a fresh network the weights that fine-tuning starts from.</summary>
internal static class StartingWeights
{
    const string Head = "fc.";

    public static void Load(ResidualNetwork network, FineTuningOptions tuning)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGrad = TorchSharp.torch.no_grad();
        var fresh = tuning.NewHead ? network.state_dict().Where(w => w.Key.StartsWith(Head, StringComparison.Ordinal)).ToDictionary(w => w.Key, w => w.Value.clone()) : [];
        if (tuning.WeightsFile is { } file)
            network.LoadWeights(file, new() { KeepHead = true, AdaptChannels = true });
        if (tuning.From is { } classifier)
            Copy(classifier, network);
        foreach (var (name, values) in fresh)
            network.state_dict()[name].copy_(values);
    }

    static void Copy(ImageClassifier classifier, ResidualNetwork network)
    {
        var from = classifier.Network;
        if (!network.Variant.HasTheWeightsOf(from.Variant) || network.Stem != from.Stem || network.Channels != from.Channels)
            throw new ArgumentException($"{nameof(FineTuningOptions)}.{nameof(FineTuningOptions.From)} is a {from.Variant} for {Counted.Of(from.Channels, "channel")} with the {from.Stem} stem; the network to train is a {network.Variant} for {network.Channels} with the {network.Stem} stem. Train the same network.");
        var weights = from.state_dict();
        foreach (var (name, target) in network.state_dict())
        {
            // A head for other classes starts afresh.
            if (weights[name].shape.SequenceEqual(target.shape))
                target.copy_(weights[name]);
        }
    }
}
