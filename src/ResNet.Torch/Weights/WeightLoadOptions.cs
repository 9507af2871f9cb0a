namespace ResNet.Torch;

/// <summary>How far a weight file may differ from the network that it is loaded into.</summary>
public sealed record WeightLoadOptions
{
    /// <summary>Every weight must be in the file, and the file may have no other. Default true. A weight of another shape is refused either way.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Keeps the network's own classifier (<c>fc</c>) when the file's is missing or has another number of classes. Default false.
    /// </summary>
    public bool KeepHead { get; init; }

    /// <summary>
    /// Adapts the first convolution when the network's images have another number of channels than the file's: one channel
    /// gets the sum over the file's, more channels repeat them in turn, scaled so that the response keeps its size (as timm
    /// does). Default false.
    /// </summary>
    public bool AdaptChannels { get; init; }
}
