using Microsoft.ML.Runtime;
using ResNet.MLNet;
using ResNet.MLNet.Data;
using ResNet.Torch.Wording;

namespace Microsoft.ML;

/// <summary>Data sets of images in the data operations of an <see cref="MLContext"/>: listing and checking them.</summary>
public static class ImageDataCatalog
{
    /// <summary>Lists the images of a folder that has one folder for each class.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="path">The folder: <c>path/class/…/name.jpg</c>. PNG, JPEG, BMP, GIF and WebP files are listed, by their extension, at any depth below a class.</param>
    /// <returns>One row for each image, ordered by class and then by path: text columns <c>ImagePath</c> (absolute) and <c>Label</c> (the class folder's name).</returns>
    /// <remarks>
    /// Hidden files and files of other extensions are passed over, and the context's log says how many. Links are followed inside the folder.
    /// </remarks>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">
    /// It has no class folder, or one without images, or a link that leads out of it or nowhere; or its folders are "train", "test" and the
    /// like, which <see cref="LoadImageFolders"/> reads. The message names them.
    /// </exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog catalog, string path) => catalog.LoadImageFolder(path, out _);

    /// <summary>Lists the images of a folder that has one folder for each class, and tells what was passed over.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="path">The folder: <c>path/class/…/name.jpg</c>.</param>
    /// <param name="report">What was found, and what was passed over and why.</param>
    /// <returns>As <see cref="LoadImageFolder(DataOperationsCatalog, string)"/>.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">As <see cref="LoadImageFolder(DataOperationsCatalog, string)"/>.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog catalog, string path, out ImageFolderReport report)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        (var images, report) = ImageFolder.List(path);
        Log(catalog, report);
        return catalog.LoadFromEnumerable(images);
    }

    /// <summary>Lists the images of a folder that is divided into parts, each with one folder for each class.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="path">
    /// The folder: <c>path/train/class/…/name.jpg</c>, and likewise below val and test. The parts are named train or training; val, valid or
    /// validation; test or testing, in any case; one to train on is needed.
    /// </param>
    /// <returns>The rows of each part.</returns>
    /// <remarks>What is passed over, and links: as <see cref="LoadImageFolder(DataOperationsCatalog, string)"/>; a link may lead from one part to another.</remarks>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no part to train on, two folders name one part, the parts have differing classes, a class has no images, or a link leads out
    /// of the folder or nowhere. The message names them.
    /// </exception>
    public static ImageFolderSets LoadImageFolders(this DataOperationsCatalog catalog, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var (parts, classes, report) = FolderParts.List(path);
        Log(catalog, report);
        return new()
        {
            TrainSet = catalog.LoadFromEnumerable(parts[FolderPart.Train]),
            ValidationSet = parts.TryGetValue(FolderPart.Validation, out var validation) ? catalog.LoadFromEnumerable(validation) : null,
            TestSet = parts.TryGetValue(FolderPart.Test, out var test) ? catalog.LoadFromEnumerable(test) : null,
            Classes = classes,
            Report = report,
        };
    }

    /// <summary>Lists the images that a CSV or JSON-lines file names, with their labels.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="path">
    /// The file, in UTF-8: CSV with a header (<c>path,label</c>), or a JSON object on each line (<c>{"path": "cat/1.jpg", "label": "cat"}</c>).
    /// Paths are relative to its folder, or absolute. Spaces around a value of CSV do not count, nor do other columns and blank lines.
    /// </param>
    /// <param name="options">Format, columns and folder; the usual ones when null.</param>
    /// <returns>One row for each entry, in their order: text columns <c>ImagePath</c> (absolute) and <c>Label</c>, and <c>Group</c> where it was asked for.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no <see cref="ImageListOptions.ImageFolder"/>.</exception>
    /// <exception cref="ArgumentException">Options are out of range, or neither they nor the extension tell the format.</exception>
    /// <exception cref="InvalidDataException">A line cannot be read, a value is empty, or images are missing; the message names the file, the lines and what is wrong.</exception>
    public static IDataView LoadImageList(this DataOperationsCatalog catalog, string path, ImageListOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        options ??= new();
        var images = ImageList.Read(path, options);
        return options.GroupColumnName is null ? catalog.LoadFromEnumerable(images) : catalog.LoadFromEnumerable(images.Cast<GroupedImageFile>());
    }

    /// <summary>Counts the rows of each class.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="data">The rows, which are read once; images are not loaded for it.</param>
    /// <param name="labelColumnName">Column of labels: text, keys or numbers.</param>
    /// <returns>The counts; as text they are a table.</returns>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static ClassCounts CountClasses(this DataOperationsCatalog catalog, IDataView data, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return ClassCounting.Count(data, labelColumnName);
    }

    /// <summary>Finds images of a test set whose files have the same bytes (SHA-256) as one of the training set, whatever their names: such a test tells too much good.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="trainSet">The rows to train on.</param>
    /// <param name="testSet">The rows held out.</param>
    /// <param name="imagePathColumnName">Column of the images' paths, in both.</param>
    /// <param name="imageFolder">The folder that relative paths start from, as for <c>LoadImages</c>; the current one when null.</param>
    /// <param name="threads">Files read at once, at least 1. Null: the processors.</param>
    /// <param name="cancellationToken">Ends it before the next file is read.</param>
    /// <returns>Each pair of equal files, in the order of the test set and then of the training set; none when the sets share none. The context's log warns of them.</returns>
    /// <remarks>Only files that are as long as one of the other set are read. A picture that was saved anew has other bytes and is not found.</remarks>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read; the message names it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<SharedImage> FindSharedImages(
        this DataOperationsCatalog catalog,
        IDataView trainSet,
        IDataView testSet,
        string imagePathColumnName = "ImagePath",
        string? imageFolder = null,
        int? threads = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(trainSet);
        ArgumentNullException.ThrowIfNull(testSet);
        if (threads < 1)
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "At least one thread reads files.");
        var shared = SharedImages.Find(trainSet, testSet, imagePathColumnName, imageFolder, threads ?? Environment.ProcessorCount, cancellationToken);
        using var channel = Channel(catalog, nameof(FindSharedImages));
        if (shared.Count > 0)
            channel.Warning(MessageSensitivity.None, $"{Counted.Of(shared.DistinctBy(pair => pair.TestPath).Count(), "image of the test set is", "images of the test set are")} in the training set too. The first: {shared[0].TestPath} is {shared[0].TrainPath}.");
        return shared;
    }

    /// <summary>Hidden files are as they should be; what else was passed over may have been meant.</summary>
    static void Log(DataOperationsCatalog catalog, ImageFolderReport report)
    {
        using var channel = Channel(catalog, nameof(LoadImageFolder));
        if (report.PassedOver.Any(files => files.Reason != PassedOverReason.Hidden))
            channel.Warning(MessageSensitivity.None, report.ToString());
        else
            channel.Info(MessageSensitivity.None, report.ToString());
    }

    /// <summary>Of the environment itself: to register a component would draw from its random numbers, and what a seed gives would depend on what was listed.</summary>
    static IChannel Channel(DataOperationsCatalog catalog, string name) => MLNetInternals.Environment(catalog).Start(name);
}
