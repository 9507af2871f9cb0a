using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>What a weight file says of a tensor.</summary>
/// <param name="Type">The type its values have in the file.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a single value.</param>
public sealed record TensorInfo(ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of values: the product of the shape.</summary>
    public long ElementCount => Shape.Aggregate(1L, (count, size) => checked(count * size));

    /// <summary>For example <c>Float32 [64, 3, 7, 7]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";
}
