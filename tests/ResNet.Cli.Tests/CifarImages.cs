using System.Formats.Tar;
using System.IO.Compression;

namespace ResNet.Cli.Tests;

/// <summary>The images of CIFAR-10 that lie beside the repository on some machines: an archive of <c>test/class/NNNN.jpg</c> and others.</summary>
static class CifarImages
{
    /// <summary>Writes the 10,000 test images into a folder.</summary>
    /// <returns>Their paths, in the archive's order.</returns>
    public static List<string> ExtractTest(string archive, string folder)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        var paths = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !entry.Name.StartsWith("test/", StringComparison.Ordinal))
                continue;
            var path = Path.Combine(folder, entry.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            entry.ExtractToFile(path, overwrite: false);
            paths.Add(path);
        }
        return paths;
    }
}
