using ResNet.Torch.Images.Published;

namespace ResNet.Torch;

/// <summary>
/// Small images with labels, read from the files that a data set's authors publish: MNIST and Fashion-MNIST (idx), CIFAR-10 and CIFAR-100 (the
/// binary version, and Python's, of which nothing is run). All pixels are in memory.
/// </summary>
public sealed class PublishedImages
{
    readonly byte[] pixels;
    readonly byte[] labels;

    internal PublishedImages(ImageSize size, int channels, byte[] pixels, byte[] labels, IReadOnlyList<string>? classNames)
    {
        (Size, Channels, this.pixels, this.labels, ClassNames) = (size, channels, pixels, labels, classNames);
        Classes = classNames?.Count ?? labels.DefaultIfEmpty().Max() + 1;
    }

    /// <summary>Height and width of the images: 28×28 or 32×32.</summary>
    public ImageSize Size { get; }

    /// <summary>Channels of the images: 1 or 3.</summary>
    public int Channels { get; }

    /// <summary>Number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>The name of each class; null where the files do not tell, as those of MNIST and Fashion-MNIST.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The pixels of an image: rows from the top, pixels from the left, the channels of a pixel side by side.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public ReadOnlyMemory<byte> Pixels(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var bytes = Size.Height * Size.Width * Channels;
        return pixels.AsMemory(index * bytes, bytes);
    }

    /// <summary>The label of an image, 0 to <see cref="Classes"/> − 1.</summary>
    public int Label(int index) => labels[index];

    /// <summary>Whether a path looks like one that <see cref="Load"/> reads, by the names of its files.</summary>
    public static bool IsAt(string path) => IdxImages.IsAt(path) || CifarImages.IsAt(path);

    /// <summary>Reads a set.</summary>
    /// <param name="path">
    /// A folder with the files; or one of them: an idx file of images, whose labels lie beside it, a CIFAR batch (test_batch.bin,
    /// test_batch, …), or CIFAR's archive (cifar-….tar.gz). idx files may be compressed (.gz).
    /// </param>
    /// <param name="part">Which part of a folder or archive; a single file is read whatever part it is of.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or none of that part.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or of another format; the message names it.</exception>
    public static PublishedImages Load(string path, DataSetPart part = DataSetPart.Test)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IdxImages.IsAt(path))
            return IdxImages.Load(path, part);
        return CifarImages.IsAt(path)
            ? CifarImages.Load(path, part)
            : throw new FileNotFoundException($"{path} is no data set as its authors publish it: files of MNIST or Fashion-MNIST (train-images-idx3-ubyte.gz, …) or CIFAR (test_batch.bin or test_batch, cifar-10-binary.tar.gz or cifar-10-python.tar.gz, …) are expected.", path);
    }

    /// <summary>The images as a network wants them: channels converted, resized and cropped as a preset says.</summary>
    /// <returns>A set that the caller disposes.</returns>
    /// <exception cref="ArgumentException">The preset has faults, or does not resize and the images have another size.</exception>
    public LabelledImages Prepare(ImagePreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        var prepared = new LabelledImages(preset, Math.Max(2, Classes)) { ClassNames = ClassNames };
        try
        {
            for (var i = 0; i < Count; i++)
                prepared.Add(preset.ReadPixels(Pixels(i).Span, Size, Channels), Label(i));
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }
}
