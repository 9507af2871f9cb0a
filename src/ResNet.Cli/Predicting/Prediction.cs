namespace ResNet.Cli.Predicting;

/// <summary>What became of one image: probabilities, or why there are none.</summary>
/// <param name="Path">The path as it came.</param>
/// <param name="Scores">The probability of each class; null where the image cannot be scored.</param>
/// <param name="Error">Why not, in words; null where it was scored.</param>
internal sealed record Prediction(string Path, float[]? Scores, string? Error)
{
    public static Prediction Failed(string path, string error) => new(path, null, error);

    /// <summary>The classes of the highest probabilities, the highest first; of equal ones the class that comes first.</summary>
    public IEnumerable<int> Best(int count) => Scores is null
        ? []
        : Enumerable.Range(0, Scores.Length).OrderByDescending(i => Scores[i]).Take(count);
}
