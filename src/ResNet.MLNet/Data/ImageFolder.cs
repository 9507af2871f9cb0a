using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>A folder of class folders, read as torchvision's ImageFolder reads it.</summary>
internal static class ImageFolder
{
    /// <summary>Lists the images of a data set that is not divided into parts.</summary>
    public static (IReadOnlyList<ImageFile> Images, ImageFolderReport Report) List(string path)
    {
        var walk = new FolderWalk(path);
        var folders = walk.Folders(walk.Root);
        if (FolderParts.AreParts(folders))
            throw new InvalidDataException(
                $"'{walk.Root.FullName}' has the folders {string.Join(", ", folders.Select(folder => $"'{folder.Name}'"))}: parts of a data set, it seems, and not classes. " +
                $"Read them with LoadImageFolders, or one of them with LoadImageFolder(\"{folders[0].FullName}\"). If they are classes, name their images in a list (LoadImageList).");
        var classes = Classes(walk, walk.Root, folders);
        var images = Images(classes);
        walk.RequireLinksInside();
        RequireImages(classes);
        return (images, walk.Report(images.Count, classes.Count));
    }

    /// <summary>The images of each class folder; those without images have none.</summary>
    public static IReadOnlyList<ImageClass> Classes(FolderWalk walk, DirectoryInfo parent, IReadOnlyList<DirectoryInfo> folders)
    {
        if (folders.Count > 0)
            return [.. folders.Select(folder => new ImageClass(folder, walk.Images(folder)))];
        walk.RequireLinksInside();
        throw new InvalidDataException($"'{parent.FullName}' has no folders: put the images of each class into a folder of the class's name.");
    }

    public static IReadOnlyList<ImageFile> Images(IEnumerable<ImageClass> classes) =>
        [.. classes.SelectMany(of => of.Images.Select(image => new ImageFile { ImagePath = image.FullName, Label = of.Folder.Name }))];

    /// <exception cref="InvalidDataException">A class folder has no image.</exception>
    public static void RequireImages(IEnumerable<ImageClass> classes)
    {
        List<string> empty = [.. classes.Where(of => of.Images.Count == 0).Select(of => $"'{of.Folder.FullName}'")];
        if (empty.Count > 0)
            throw new InvalidDataException($"{Few.Of(empty, "class folder has no image", "class folders have no image")}, which is a file with one of the extensions {FolderWalk.Extensions}. Remove the folder, or add images.");
    }
}

/// <summary>A class folder and its images, by path.</summary>
internal sealed record ImageClass(DirectoryInfo Folder, IReadOnlyList<FileInfo> Images);
