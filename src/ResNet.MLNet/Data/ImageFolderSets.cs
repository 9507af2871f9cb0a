using Microsoft.ML;

namespace ResNet.MLNet;

/// <summary>A data set whose folder is divided into parts: <c>train/class/…</c>, <c>val/class/…</c>, <c>test/class/…</c>.</summary>
/// <remarks>
/// Each part has a row for each image, ordered by class and then by path: text columns <c>ImagePath</c> (absolute) and <c>Label</c>. Make keys
/// of all labels with the <c>MapValueToKey</c> that was fitted to <see cref="TrainSet"/>.
/// </remarks>
public sealed record ImageFolderSets
{
    /// <summary>The images of the folder "train" or "training".</summary>
    public required IDataView TrainSet { get; init; }

    /// <summary>The images of the folder "val", "valid" or "validation"; null where there is none.</summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>The images of the folder "test" or "testing"; null where there is none.</summary>
    public IDataView? TestSet { get; init; }

    /// <summary>The classes, the same in each part, ordered by their characters.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What was found in all parts together, and what was passed over.</summary>
    public required ImageFolderReport Report { get; init; }
}
