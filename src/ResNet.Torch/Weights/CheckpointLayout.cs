namespace ResNet.Torch.Weights;

/// <summary>How a training's checkpoint names what it holds: the network's weights by their own names, all else behind a prefix.</summary>
internal static class CheckpointLayout
{
    /// <summary>The metadata by which a checkpoint is known.</summary>
    public const string StateKey = "resnet.training";

    public const string Best = "best.", Average = "average.", Optimizer = "optimizer.";

    /// <summary>Of a checkpoint the weights that its training would have returned, by the network's names; another file as it is.</summary>
    public static WeightIndex NetworkOf(WeightIndex file)
    {
        if (!file.Metadata.ContainsKey(StateKey))
            return file;
        bool Has(string prefix) => file.Tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
        var chosen = Has(Best) ? Best : Has(Average) ? Average : "";
        return file with
        {
            Tensors = file.Tensors.Where(tensor => IsNetworks(tensor.Key))
                .ToDictionary(tensor => tensor.Key, tensor => file.Tensors.GetValueOrDefault(chosen + tensor.Key, tensor.Value)), // what was frozen is there once
        };
    }

    static bool IsNetworks(string name) => !new[] { Best, Average, Optimizer }.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
