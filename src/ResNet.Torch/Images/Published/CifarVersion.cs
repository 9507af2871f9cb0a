namespace ResNet.Torch.Images.Published;

/// <summary>An image of CIFAR: its class, and 32×32 values of red, of green and of blue.</summary>
internal readonly record struct CifarImage(int Label, ReadOnlyMemory<byte> Planes);

/// <summary>A version of CIFAR-10 or CIFAR-100, as its authors publish it.</summary>
/// <param name="Train">The names of the files with images to train on.</param>
/// <param name="Test">Those with images to measure with.</param>
/// <param name="Names">The name of the file with the classes' names.</param>
/// <param name="Classes">Number of classes.</param>
internal abstract record CifarVersion(string[] Train, string[] Test, string Names, int Classes)
{
    public const int Side = 32, Plane = Side * Side, ImageBytes = 3 * Plane;

    public static IReadOnlyList<CifarVersion> All { get; } =
    [
        new CifarBinary(Batches(".bin"), ["test_batch.bin"], "batches.meta.txt", 10, LabelBytes: 1),
        new CifarBinary(["train.bin"], ["test.bin"], "fine_label_names.txt", 100, LabelBytes: 2),
        new CifarPython(Batches(""), ["test_batch"], "batches.meta", 10, "labels", "label_names"),
        new CifarPython(["train"], ["test"], "meta", 100, "fine_labels", "fine_label_names"),
    ];

    static string[] Batches(string extension) => [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}{extension}")];

    public string[] Files(DataSetPart part) => part == DataSetPart.Train ? Train : Test;

    /// <summary>Whether a file may be one of this version's, by what is in it.</summary>
    public abstract bool Accepts(string path);

    /// <summary>The images of a file.</summary>
    /// <param name="name">What errors call the file.</param>
    /// <param name="content">All of it.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind.</exception>
    public abstract IEnumerable<CifarImage> Read(string name, byte[] content);

    /// <summary>The classes' names in the file <see cref="Names"/>; null where it has others.</summary>
    public abstract string[]? ReadNames(string name, byte[] content);

    /// <summary>Requires that a label is one.</summary>
    protected void RequireClass(long label, string name, int image)
    {
        if (label < 0 || label >= Classes)
            throw new InvalidDataException($"{name}, image {image}: the label is {label}; there are {Classes} classes. Fetch it again.");
    }
}
