using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>What a folder of a divided data set is for.</summary>
internal enum FolderPart
{
    Train,
    Validation,
    Test,
}

/// <summary>A data set divided into parts by its folders, each of which has the same class folders.</summary>
internal static class FolderParts
{
    const string Names = "train or training; val, valid or validation; test or testing";

    /// <summary>The part that a folder's name says, in any case; null for any other name.</summary>
    static FolderPart? Of(string name) => name.ToUpperInvariant() switch
    {
        "TRAIN" or "TRAINING" => FolderPart.Train,
        "VAL" or "VALID" or "VALIDATION" => FolderPart.Validation,
        "TEST" or "TESTING" => FolderPart.Test,
        _ => null,
    };

    /// <summary>
    /// Whether folders are the parts of a data set: there is one to train on and one that is held out, or no other. A class "train" among
    /// cars and ships is a class.
    /// </summary>
    public static bool AreParts(IReadOnlyList<DirectoryInfo> folders)
    {
        List<FolderPart> parts = [.. folders.Select(folder => Of(folder.Name)).OfType<FolderPart>()];
        return parts.Count > 0 && (parts.Count == folders.Count || (parts.Contains(FolderPart.Train) && parts.Exists(part => part != FolderPart.Train)));
    }

    /// <summary>Lists the images of each part.</summary>
    public static (IReadOnlyDictionary<FolderPart, IReadOnlyList<ImageFile>> Parts, IReadOnlyList<string> Classes, ImageFolderReport Report) List(string path)
    {
        var walk = new FolderWalk(path);
        var parts = Find(walk).ToDictionary(part => part.Key, part => ImageFolder.Classes(walk, part.Value, walk.Folders(part.Value)));
        var images = parts.ToDictionary(part => part.Key, part => ImageFolder.Images(part.Value));
        walk.RequireLinksInside();
        RequireSameClasses(walk.Root, parts.Values);
        ImageFolder.RequireImages(parts.Values.SelectMany(classes => classes));
        List<string> names = [.. parts[FolderPart.Train].Select(of => of.Folder.Name)];
        return (images, names, walk.Report(images.Values.Sum(part => part.Count), names.Count));
    }

    static Dictionary<FolderPart, DirectoryInfo> Find(FolderWalk walk)
    {
        var folders = walk.Folders(walk.Root);
        var found = folders.ToLookup(folder => Of(folder.Name));
        foreach (var other in found[null])
            walk.PassOver(PassedOverReason.OutsideClasses, other);
        if (found.FirstOrDefault(part => part.Key is not null && part.Count() > 1) is { } twice)
            throw new InvalidDataException($"'{walk.Root.FullName}' has {string.Join(" and ", twice.Select(folder => $"'{folder.Name}'"))}, which name the same part. Put their images together.");
        if (found[FolderPart.Train].Any())
            return found.Where(part => part.Key is not null).ToDictionary(part => part.Key!.Value, part => part.Single());
        walk.RequireLinksInside();
        throw new InvalidDataException(
            $"'{walk.Root.FullName}' has no folder 'train' (its folders: {(folders.Count > 0 ? Few.Of([.. folders.Select(folder => folder.Name)]) : "none")}). " +
            $"Name the parts {Names}; a folder with class folders alone is read with LoadImageFolder.");
    }

    static void RequireSameClasses(DirectoryInfo root, IEnumerable<IReadOnlyList<ImageClass>> parts)
    {
        var all = parts.SelectMany(classes => classes).Select(of => of.Folder.Name).Distinct().Order(StringComparer.Ordinal).ToList();
        var faults = parts
            .Select(classes => (Part: classes[0].Folder.Parent!.Name, Missing: all.Except(classes.Select(of => of.Folder.Name)).ToList()))
            .Where(part => part.Missing.Count > 0)
            .Select(part => $"'{part.Part}' lacks {Few.Of(part.Missing, "class", "classes")}")
            .ToList();
        if (faults.Count > 0)
            throw new InvalidDataException($"'{root.FullName}': the parts differ in their classes: {string.Join("; ", faults)}. Give each class a folder with images in each part, or remove it from all.");
    }
}
