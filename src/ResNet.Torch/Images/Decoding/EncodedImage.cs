namespace ResNet.Torch.Images;

/// <summary>The bytes of an image file, and what it is called in errors.</summary>
internal readonly ref struct EncodedImage(ReadOnlySpan<byte> bytes, string? name)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public string? Name { get; } = name;

    public ImageDecodingException Fault(string reason, Exception? cause = null) => new(reason, Name, cause);
}
