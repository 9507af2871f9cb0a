using ResNet.Torch.Images;
using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>Images of one size and their labels, kept as 8-bit pixels: in memory up to a limit, the rest in a temporary file.</summary>
/// <remarks>
/// Dispose it: the memory and the file are then given back. The file has no name in its folder (Unix) or goes with its last handle
/// (Windows), so that not even a process that is killed leaves it behind. Sets are read from any number of threads, and added to
/// from one at a time while none reads.
/// </remarks>
public sealed class LabelledImages : IDisposable
{
    readonly PixelStore store;
    readonly List<(int Stored, int Label)> images = [];
    bool disposed;

    /// <summary>Creates an empty set.</summary>
    /// <param name="preset">Size and channels of the images.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="memoryLimit">
    /// Bytes of pixels held in memory, at least 0; what is more goes to a file in the folder for temporary files (TMPDIR or /tmp; on
    /// Windows TMP). Default null: half of the memory that the runtime may use (<see cref="GCMemoryInfo.TotalAvailableMemoryBytes"/>:
    /// the machine's, or the container's share).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 2, the limit below 0, or an image has no pixel.</exception>
    public LabelledImages(ImagePreset preset, int classes, long? memoryLimit = null)
        : this(preset, classes, new PixelStore(RequireImage(preset), RequireLimit(memoryLimit), Path.GetTempPath())) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);

    LabelledImages(ImagePreset preset, int classes, PixelStore store) => (Preset, Classes, this.store) = (preset, classes, store);

    /// <summary>Size and channels of the images, and how the network wants them.</summary>
    public ImagePreset Preset { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>The name of each class, for messages. Default null: classes are told by their numbers.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Number of images.</summary>
    public int Count => images.Count;

    /// <summary>Adds an image; its pixels are copied.</summary>
    /// <param name="image"><see cref="ImagePreset.ImageBytes"/> bytes: rows from the top, the channels of a pixel side by side.</param>
    /// <param name="label">0 to <see cref="Classes"/> − 1.</param>
    /// <exception cref="ArgumentException">The image has another number of bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The label is no class.</exception>
    /// <exception cref="IOException">The memory limit is reached and the temporary file cannot be written, as when the disk is full; the set is as before.</exception>
    public void Add(ReadOnlySpan<byte> image, int label)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (image.Length != Preset.ImageBytes)
            throw new ArgumentException($"Image {Count}: {Preset.Width}×{Preset.Height} pixels of {Counted.Of(Preset.Channels, "channel")} are {Preset.ImageBytes} bytes (received {image.Length}).", nameof(image));
        if (label < 0 || label >= Classes)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"Image {Count}: a label is 0 to {Classes - 1}.");
        images.Add((store.Add(image), label));
    }

    /// <summary>Copies the pixels of an image.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="target">At least <see cref="ImagePreset.ImageBytes"/> bytes; the first ones are written.</param>
    /// <exception cref="ArgumentException"><paramref name="target"/> is too short.</exception>
    /// <exception cref="IOException">The temporary file cannot be read.</exception>
    public void CopyPixels(int index, Span<byte> target)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (target.Length < Preset.ImageBytes)
            throw new ArgumentException($"An image takes {Preset.ImageBytes} bytes (there is room for {target.Length}).", nameof(target));
        store.Copy(images[index].Stored, target);
    }

    /// <summary>The label of an image.</summary>
    public int Label(int index) => images[index].Label;

    /// <summary>Divides the set in two; each class of two or more images gives the same share of them, at least one, and at least one of each class stays for training.</summary>
    /// <param name="validationFraction">The second part's share, above 0 and below 1.</param>
    /// <param name="seed">Which images are drawn.</param>
    /// <returns>Two sets, which the caller disposes.</returns>
    /// <remarks>The parts share the pixels with this set: they are freed when all three have been disposed, in any order.</remarks>
    /// <exception cref="InvalidDataException">No class has two images.</exception>
    public (LabelledImages Training, LabelledImages Validation) SplitStratified(double validationFraction, int seed)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (validationFraction is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(validationFraction), validationFraction, "The validation fraction lies between 0 and 1.");
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(order);
        var held = new HashSet<int>();
        foreach (var ofClass in order.GroupBy(Label))
            held.UnionWith(ofClass.Take(HeldBack(ofClass.Count(), validationFraction)));
        if (held.Count == 0)
            throw new InvalidDataException($"No image can be held back: none of the {Classes} classes has two, of which one stays for training ({Counted.Of(Count, "image")} in all). Add images, or measure on others.");
        Array.Sort(order);
        return (Select(order.Where(i => !held.Contains(i))), Select(order.Where(held.Contains)));
    }

    /// <summary>How many images of a class <see cref="SplitStratified"/> holds back.</summary>
    internal static int HeldBack(int ofClass, double fraction) => ofClass < 2 ? 0 : Math.Clamp((int)Math.Round(ofClass * fraction), 1, ofClass - 1);

    /// <summary>Some of the images, or all of them in another order.</summary>
    /// <param name="indices">The numbers of the images, in the new set's order.</param>
    /// <returns>A set that the caller disposes.</returns>
    /// <remarks>It shares the pixels with this set: they are freed when both have been disposed, in either order.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">An index is no image.</exception>
    public LabelledImages Select(IEnumerable<int> indices)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentNullException.ThrowIfNull(indices);
        var selected = indices.Select(i => images[i]).ToList();
        var selection = new LabelledImages(Preset, Classes, store.Share()) { ClassNames = ClassNames };
        selection.images.AddRange(selected);
        return selection;
    }

    /// <summary>Frees the pixels, unless a part of this set, or a set that it is a part of, still needs them.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        store.Dispose();
    }

    static int RequireImage(ImagePreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentOutOfRangeException.ThrowIfLessThan(preset.ImageBytes, 1, nameof(preset));
        return preset.ImageBytes;
    }

    static long RequireLimit(long? memoryLimit)
    {
        var limit = memoryLimit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(memoryLimit));
        return limit;
    }
}
