using System.Globalization;
using ResNet.Torch.Wording;

namespace ResNet.MLNet;

/// <summary>Why a file or folder of a data set is no image of it.</summary>
public enum PassedOverReason
{
    /// <summary>Its name begins with a dot, or the system hides it. A folder counts once, whatever is in it.</summary>
    Hidden,

    /// <summary>Its extension is none of an image that is read.</summary>
    NotAnImage,

    /// <summary>It lies beside the class folders, or beside the folders of the parts, and not in one of them. A folder counts once.</summary>
    OutsideClasses,

    /// <summary>A link to a folder whose images the class has already, or to one that the link itself lies in.</summary>
    LinkedAgain,
}

/// <summary>Files or folders that were passed over, of one reason and one extension.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Extension">The extension in lower case, such as ".txt"; empty where there is none, and for <see cref="PassedOverReason.Hidden"/>.</param>
/// <param name="Count">How many, at least 1.</param>
/// <param name="First">The first of them, relative to the data set's folder.</param>
public sealed record PassedOverFiles(PassedOverReason Reason, string Extension, int Count, string First)
{
    /// <summary>Such as "3 no images (.txt; the first: cat/notes.txt)".</summary>
    public override string ToString()
    {
        var what = Reason switch
        {
            PassedOverReason.Hidden => "hidden",
            PassedOverReason.NotAnImage => "of no image's extension",
            PassedOverReason.OutsideClasses => "outside of the class folders",
            _ => "linked again",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Count} {what} ({(Extension.Length > 0 ? Extension + "; " : "")}the first: {First})");
    }
}

/// <summary>What was found in a folder of images, and what was passed over.</summary>
/// <param name="Folder">The folder, absolute.</param>
/// <param name="ImageCount">Images that were listed.</param>
/// <param name="ClassCount">Classes that they are of.</param>
/// <param name="PassedOver">The rest by reason and extension, the most frequent first.</param>
public sealed record ImageFolderReport(string Folder, int ImageCount, int ClassCount, IReadOnlyList<PassedOverFiles> PassedOver)
{
    /// <summary>Files and folders that were passed over.</summary>
    public int PassedOverCount => PassedOver.Sum(files => files.Count);

    /// <summary>One line for a log.</summary>
    public override string ToString() =>
        $"'{Folder}': {Counted.Of(ImageCount, "image")} in {Counted.Of(ClassCount, "class", "classes")}" +
        (PassedOver.Count == 0 ? "." : $"; passed over: {string.Join(", ", PassedOver)}.");
}
