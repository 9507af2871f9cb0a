namespace ResNet.MLNet;

/// <summary>A file of the test set with the same bytes as a file of the training set.</summary>
/// <param name="TrainPath">The file in the training set, as its column has it.</param>
/// <param name="TestPath">The file in the test set, as its column has it.</param>
public sealed record SharedImage(string TrainPath, string TestPath);
