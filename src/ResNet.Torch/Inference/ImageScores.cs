namespace ResNet.Torch;

/// <summary>What a classifier made of an image file.</summary>
/// <param name="Path">The file, as it was given.</param>
/// <param name="Scores">A probability for each of <see cref="ImageClassifier.ClassNames"/>, which sum to 1; null where the image could not be read.</param>
/// <param name="Error">Why the image could not be read; null where it could.</param>
public sealed record ImageScores(string Path, float[]? Scores, string? Error);
