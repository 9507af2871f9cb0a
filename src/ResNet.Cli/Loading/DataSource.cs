using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>Which part of a divided data set a command works with.</summary>
enum DataPart
{
    Train,
    Validation,
    Test,
}

/// <summary>Finds out what the argument DATA is, and lists its images.</summary>
static class DataSource
{
    /// <summary>What DATA may be, for the help of every command that has it.</summary>
    public const string Description =
        "Labelled images: a folder with a folder for each class; one that is divided into train, val and test; a list (.csv, .tsv, .jsonl) of paths and labels; "
        + "or the files of MNIST, Fashion-MNIST (idx, .gz) or CIFAR (binary or Python version, .tar.gz) as they are published.";

    static readonly string[] lists = [".csv", ".tsv", ".jsonl", ".ndjson", ".json"];
    static readonly string[] divided = ["train", "training", "val", "valid", "validation", "test", "testing"];

    /// <summary>Lists the images.</summary>
    /// <param name="path">The argument.</param>
    /// <param name="part">Which part of a data set that is divided; one that is not is taken whole.</param>
    /// <param name="classNames">What the classes of a published set are called, in the order of its labels; null where nothing says so.</param>
    /// <exception cref="CommandException">There is nothing of the kind.</exception>
    public static ImageData Load(string path, DataPart part, IReadOnlyList<string>? classNames = null) =>
        TryLoad(path, part, classNames) ?? throw new CommandException($"{path} has no part '{part.ToString().ToLowerInvariant()}'.");

    /// <summary>Lists the images; null where the data set is divided and has no such part, or is not divided and the part is not the whole.</summary>
    public static ImageData? TryLoad(string path, DataPart part, IReadOnlyList<string>? classNames = null)
    {
        if (PublishedImages.IsAt(path))
            return part == DataPart.Validation ? null : ImageData.Of(path, PublishedImages.Load(path, part == DataPart.Train ? DataSetPart.Train : DataSetPart.Test), classNames);
        var mlContext = new MLContext();
        if (File.Exists(path) && lists.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            return ImageData.Of(path, Files(mlContext.Data.LoadImageList(path)));
        if (!Directory.Exists(path))
        {
            throw new CommandException(File.Exists(path)
                ? $"{path} is no data set that is read: a folder of class folders, a list ({string.Join(", ", lists)}), or published files of MNIST, Fashion-MNIST or CIFAR are."
                : $"There is no data set {path}: no such file or folder.");
        }
        if (!IsDivided(path))
            return ImageData.Of(path, Files(mlContext.Data.LoadImageFolder(path)));
        var sets = mlContext.Data.LoadImageFolders(path);
        var rows = part switch { DataPart.Train => sets.TrainSet, DataPart.Validation => sets.ValidationSet, _ => sets.TestSet };
        return rows is null ? null : ImageData.Of($"{path} ({part.ToString().ToLowerInvariant()})", Files(rows));
    }

    /// <summary>Whether a data set has parts to train on and to measure with.</summary>
    public static bool IsDivided(string path) => Directory.Exists(path) && Directory.GetDirectories(path) is { Length: > 0 } folders
        && folders.All(folder => divided.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase) || Path.GetFileName(folder).StartsWith('.'));

    static List<(string Path, string Label)> Files(IDataView rows) =>
        [.. rows.GetColumn<string>("ImagePath").Zip(rows.GetColumn<string>("Label"))];
}
