using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>A weight that the file has in another shape, or as whole numbers where the network computes with fractions.</summary>
/// <param name="Key">The weight's name.</param>
/// <param name="InFile">What the file has.</param>
/// <param name="InNetwork">What the network wants.</param>
public sealed record MisshapenWeight(string Key, TensorInfo InFile, TensorInfo InNetwork)
{
    /// <summary>For example <c>conv1.weight is [64,1,7,7], the network wants [64,3,7,7]</c>.</summary>
    public override string ToString() => InFile.Shape.SequenceEqual(InNetwork.Shape)
        ? $"{Key} is {InFile.Type}, the network wants {InNetwork.Type}"
        : $"{Key} is [{string.Join(",", InFile.Shape)}], the network wants [{string.Join(",", InNetwork.Shape)}]";
}

/// <summary>What became of every weight when a file met a network.</summary>
public sealed record WeightLoadReport
{
    const int Shown = 3;

    /// <summary>Weights that were set from the file.</summary>
    public required IReadOnlyList<string> Loaded { get; init; }

    /// <summary>Weights that were kept because the options ask for it.</summary>
    public required IReadOnlyList<string> Kept { get; init; }

    /// <summary>Weights of the network that the file does not have. The counts of batches that batch norms have seen are never among them.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Tensors of the file that the network does not have.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>Weights that the file has in another shape.</summary>
    public required IReadOnlyList<MisshapenWeight> Misshapen { get; init; }

    /// <summary>For example <c>3 keys missing (fc.weight, …), 2 not expected (head.weight, …)</c>; "every key fits" when nothing is amiss.</summary>
    public override string ToString()
    {
        List<string> faults = [];
        if (Missing.Count > 0)
            faults.Add($"{Counted.Of(Missing.Count, "key")} missing ({Few.Of(Missing, Shown)})");
        if (Unexpected.Count > 0)
            faults.Add($"{Unexpected.Count} not expected ({Few.Of(Unexpected, Shown)})");
        if (Misshapen.Count > 0)
            faults.Add($"{Misshapen.Count} of another shape ({Few.Of(Misshapen, Shown)})");
        return faults.Count == 0 ? "every key fits" : string.Join(", ", faults);
    }
}

/// <summary>A weight file does not fit the network that it was to be loaded into; the network is unchanged.</summary>
public sealed class WeightMismatchException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public WeightMismatchException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public WeightMismatchException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public WeightMismatchException(string message, Exception innerException) : base(message, innerException)
    {
    }

    internal WeightMismatchException(string message, WeightLoadReport report) : base(message) => Report = report;

    /// <summary>Every key that does not fit.</summary>
    public WeightLoadReport? Report { get; }
}
