namespace ResNet.Torch;

/// <summary>An image cannot be read, decoded or brought to the size that a network expects; the message says which file and why.</summary>
public sealed class ImageDecodingException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public ImageDecodingException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public ImageDecodingException(string message) : base(message) => Reason = message;

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public ImageDecodingException(string message, Exception? innerException) : base(message, innerException) => Reason = message;

    /// <summary>Creates the exception for a file.</summary>
    /// <param name="reason">Why, without the file and without a full stop.</param>
    /// <param name="file">What the image is called; null where it came without a name.</param>
    /// <param name="innerException">What caused it.</param>
    internal ImageDecodingException(string reason, string? file, Exception? innerException)
        : base(file is null ? $"The image: {reason}." : $"{file}: {reason}.", innerException) => (Reason, File) = (reason, file);

    /// <summary>Why, without the file.</summary>
    public string Reason { get; } = "";

    /// <summary>The path, or what else the image is called; null where it came without a name.</summary>
    public string? File { get; }
}
