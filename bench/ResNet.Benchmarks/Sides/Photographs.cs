using ResNet.Benchmarks.Measuring;
using SkiaSharp;

namespace ResNet.Benchmarks.Sides;

/// <summary>The JPEG files that rows are made of.</summary>
static class Photographs
{
    /// <summary>A folder's JPEG files, in the order of their names.</summary>
    /// <exception cref="FileNotFoundException">There are none.</exception>
    public static string[] In(string folder)
    {
        var files = Directory.GetFiles(folder).Where(IsJpeg).Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0
            ? files
            : throw new FileNotFoundException($"{folder} has no .jpg or .jpeg files. Name a folder with photographs in --photos, or leave it out to have pictures drawn.");
    }

    /// <summary>As many rows as are wanted: the files over and over.</summary>
    public static IEnumerable<ImageFile> Rows(string[] files, int count) => Enumerable.Range(0, count).Select(i => new ImageFile { ImagePath = files[i % files.Length] });

    /// <summary>How many there are, and their middle sizes: "46 JPEG files, in the median 500×375 pixels and 112 kB".</summary>
    public static string Described(string folder)
    {
        var files = In(folder);
        var sizes = files.Select(SKBitmap.DecodeBounds).ToList();
        return FormattableString.Invariant(
            $"{files.Length} JPEG files, in the median {sizes.Select(size => (double)size.Width).Median():F0}×{sizes.Select(size => (double)size.Height).Median():F0} pixels and {files.Select(file => new FileInfo(file).Length / 1000.0).Median():F0} kB");
    }

    static bool IsJpeg(string path) => Path.GetExtension(path).ToUpperInvariant() is ".JPG" or ".JPEG";
}

/// <summary>A row of data.</summary>
sealed class ImageFile
{
    public string ImagePath { get; set; } = "";
}
