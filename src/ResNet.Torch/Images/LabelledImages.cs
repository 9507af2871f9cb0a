namespace ResNet.Torch;

/// <summary>Images of one size and their labels, held in memory as 8-bit pixels.</summary>
public sealed class LabelledImages
{
    readonly List<byte[]> pixels = [];
    readonly List<int> labels = [];

    /// <summary>Creates an empty set.</summary>
    /// <param name="preset">Size and channels of the images.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 2.</exception>
    public LabelledImages(ImagePreset preset, int classes)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        (Preset, Classes) = (preset, classes);
    }

    /// <summary>Size and channels of the images, and how the network wants them.</summary>
    public ImagePreset Preset { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Number of images.</summary>
    public int Count => labels.Count;

    /// <summary>Adds an image; its pixels are copied.</summary>
    /// <param name="image"><see cref="ImagePreset.ImageBytes"/> bytes: rows from the top, the channels of a pixel side by side.</param>
    /// <param name="label">0 to <see cref="Classes"/> − 1.</param>
    /// <exception cref="ArgumentException">The image has another number of bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The label is no class.</exception>
    public void Add(ReadOnlySpan<byte> image, int label)
    {
        if (image.Length != Preset.ImageBytes)
            throw new ArgumentException($"Image {Count}: {Preset.Width}×{Preset.Height} pixels of {Preset.Channels} channels are {Preset.ImageBytes} bytes (received {image.Length}).", nameof(image));
        if (label < 0 || label >= Classes)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"Image {Count}: a label is 0 to {Classes - 1}.");
        pixels.Add(image.ToArray());
        labels.Add(label);
    }

    /// <summary>The pixels of an image.</summary>
    public ReadOnlySpan<byte> Pixels(int index) => pixels[index];

    /// <summary>The label of an image.</summary>
    public int Label(int index) => labels[index];

    /// <summary>Divides the set in two; each class gives the same share of its images, and at least one stays for training.</summary>
    /// <param name="validationFraction">The second part's share, above 0 and below 1.</param>
    /// <param name="seed">Which images are drawn.</param>
    /// <remarks>The parts share the pixels with this set.</remarks>
    public (LabelledImages Training, LabelledImages Validation) SplitStratified(double validationFraction, int seed)
    {
        if (validationFraction is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(validationFraction), validationFraction, "The validation fraction lies between 0 and 1.");
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(order);
        var held = new HashSet<int>();
        foreach (var ofClass in order.GroupBy(Label))
            held.UnionWith(ofClass.Take(Math.Min((int)Math.Round(ofClass.Count() * validationFraction), ofClass.Count() - 1)));
        return (Subset(i => !held.Contains(i)), Subset(held.Contains));
    }

    LabelledImages Subset(Func<int, bool> isIn)
    {
        var subset = new LabelledImages(Preset, Classes);
        for (var i = 0; i < Count; i++)
        {
            if (!isIn(i))
                continue;
            subset.pixels.Add(pixels[i]);
            subset.labels.Add(labels[i]);
        }
        return subset;
    }
}
