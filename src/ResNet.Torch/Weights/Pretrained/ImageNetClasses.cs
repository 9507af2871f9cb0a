namespace ResNet.Torch;

/// <summary>The 1000 classes of ImageNet-1K (ILSVRC 2012).</summary>
public static class ImageNetClasses
{
    /// <summary>English names, each once, in the order of the outputs of torchvision's networks: 0 is the tench, 999 the toilet tissue.</summary>
    /// <remarks>
    /// The names are those of torchvision's metadata (torchvision/models/_meta.py), which tells apart the two pairs that
    /// other lists name alike: "crane bird" and "crane", "maillot" and "maillot tank suit".
    /// </remarks>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Read());

    static string[] Read()
    {
        using var stream = typeof(ImageNetClasses).Assembly.GetManifestResourceStream("imagenet-classes.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
