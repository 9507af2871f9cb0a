namespace ResNet.Cli.Predicting;

/// <summary>A trained model in any of its forms, as predictions need it.</summary>
internal interface IImageModel : IDisposable
{
    /// <summary>The name of each class, in the order of the scores.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Does what an image needs on its own, decoding above all; called by several threads at once.</summary>
    /// <returns>Its pixels as <see cref="Score"/> takes them; nothing where the model reads files itself.</returns>
    /// <exception cref="ResNet.Torch.ImageDecodingException">The file cannot be read or decoded.</exception>
    byte[] Read(string path);

    /// <summary>Scores images together; one thread calls it.</summary>
    IReadOnlyList<Prediction> Score(IReadOnlyList<ReadImage> images);
}

/// <summary>An image that is ready to be scored, or why it is not.</summary>
internal sealed record ReadImage(string Path, byte[]? Pixels, string? Error);
