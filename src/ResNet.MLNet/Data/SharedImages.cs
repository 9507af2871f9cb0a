using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.ML;

namespace ResNet.MLNet.Data;

/// <summary>Finds files that are in two data sets, by the SHA-256 of their bytes.</summary>
internal static class SharedImages
{
    public static IReadOnlyList<SharedImage> Find(IDataView train, IDataView test, string pathColumn, string? folder, int threads, CancellationToken cancellation)
    {
        var (trainFiles, testFiles) = (Files(train, pathColumn, folder), Files(test, pathColumn, folder));
        // Only files as long as one of the other side are read.
        var lengths = trainFiles.Select(file => file.Length).Intersect(testFiles.Select(file => file.Length)).ToHashSet();
        var hashes = Hashes(trainFiles.Concat(testFiles).Where(file => lengths.Contains(file.Length)).Select(file => file.Path).Distinct(), threads, cancellation);
        var ofTrain = trainFiles.Where(file => hashes.ContainsKey(file.Path)).ToLookup(file => hashes[file.Path], file => file.Listed);
        return [.. testFiles.Where(file => hashes.ContainsKey(file.Path)).SelectMany(file => ofTrain[hashes[file.Path]].Select(same => new SharedImage(same, file.Listed)))];
    }

    /// <summary>The distinct files of a column, in the order of their first rows.</summary>
    static List<(string Listed, string Path, long Length)> Files(IDataView data, string pathColumn, string? folder)
    {
        var column = TextValues.Column(data.Schema, pathColumn, "image path");
        using var cursor = data.GetRowCursor([column]);
        var read = TextValues.Reader(cursor, column);
        var files = new List<(string, string, long)>();
        var seen = new HashSet<string>();
        for (var row = 0; cursor.MoveNext(); row++)
        {
            var listed = read() ?? throw new InvalidDataException($"Column '{pathColumn}', row {row}: there is no path.");
            if (!seen.Add(listed))
                continue;
            var path = Path.GetFullPath(folder is null ? listed : Path.Combine(folder, listed));
            if (RealPath.FileAt(path) is not { } file)
                throw new FileNotFoundException($"Column '{pathColumn}', row {row}: there is no file '{path}'.", path);
            files.Add((listed, path, file.Length));
        }
        return files;
    }

    static ConcurrentDictionary<string, string> Hashes(IEnumerable<string> paths, int threads, CancellationToken cancellation)
    {
        var hashes = new ConcurrentDictionary<string, string>();
        try
        {
            Parallel.ForEach(paths, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, path =>
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
                hashes[path] = Convert.ToHexString(SHA256.HashData(stream));
            });
        }
        catch (AggregateException e)
        {
            throw new IOException($"An image could not be read to compare it: {e.InnerExceptions[0].Message}", e.InnerExceptions[0]);
        }
        return hashes;
    }
}
