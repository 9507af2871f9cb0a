namespace ResNet.Cli.Predicting;

/// <summary>What became of one image: probabilities, or why there are none.</summary>
/// <param name="Path">The path as it came.</param>
/// <param name="Probabilities">One for each class; empty where the image could not be scored.</param>
/// <param name="Error">Why not, in words; null where it was.</param>
internal sealed record Prediction(string Path, ReadOnlyMemory<float> Probabilities, string? Error)
{
    /// <summary>The classes of the highest probabilities, the highest first; of equal ones the class that comes first.</summary>
    public IEnumerable<int> Best(int count) => Enumerable.Range(0, Probabilities.Length).OrderByDescending(i => Probabilities.Span[i]).Take(count);
}
