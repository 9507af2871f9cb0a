namespace ResNet.Cli.Loading;

/// <summary>What a model says of an image: probabilities, or why there are none.</summary>
/// <param name="Probabilities">One for each class; empty where the image could not be scored.</param>
/// <param name="Error">Why not, with the image's name; null where it could.</param>
readonly record struct ImageScore(ReadOnlyMemory<float> Probabilities, Exception? Error = null);
