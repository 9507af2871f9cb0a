using TorchSharp;

namespace ResNet.Torch.Runtime;

/// <summary>Numbers for libtorch's operations on tensors.</summary>
/// <remarks>
/// TorchSharp 0.107 reads the handle of a number that was converted for a call, and then calls: between the two a garbage collection may free it,
/// and the operation gets whatever lies there by then. So a number is kept until its thread has made many more.
/// </remarks>
internal static class Number
{
    const int Kept = 256;

    [ThreadStatic]
    static Scalar[]? kept;

    [ThreadStatic]
    static int made;

    public static Scalar Of(double value)
    {
        kept ??= new Scalar[Kept];
        return kept[made++ % Kept] = value.ToScalar();
    }
}
