using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Text;
using ResNet.MLNet.Data;

namespace ResNet.Cli.Predicting;

/// <summary>Where the paths of images come from: arguments, folders, standard input.</summary>
internal static class ImagePaths
{
    /// <summary>The argument that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>What a pipe holds on Linux: with all of it at hand, batches are full.</summary>
    const int PipeBytes = 1 << 16;

    /// <summary>The images that arguments stand for, in their order: a folder's files, the lines of standard input, or the path itself.</summary>
    /// <param name="arguments">Paths, or <see cref="StandardInput"/>.</param>
    /// <param name="input">Standard input; read when its turn comes.</param>
    /// <param name="cancellation">Ends the wait for a line.</param>
    public static async IAsyncEnumerable<string> Of(IEnumerable<string> arguments, Func<Stream> input, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var argument in arguments)
        {
            if (argument == StandardInput)
            {
                await foreach (var line in Lines(input(), cancellation))
                    yield return line;
            }
            else
            {
                foreach (var path in Directory.Exists(argument) ? Folder(argument) : [argument])
                    yield return path;
            }
        }
    }

    /// <summary>The image files in a folder and those below it, by their names' code points; what is hidden is passed over, and links to folders are not followed.</summary>
    public static IReadOnlyList<string> Folder(string path)
    {
        var files = new FileSystemEnumerable<string>(path, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), new() { RecurseSubdirectories = true, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && FolderWalk.IsImage(entry.FileName.ToString()),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return [.. files.Order(StringComparer.Ordinal)];
    }

    /// <summary>The lines of a stream in UTF-8, as they come; empty ones are passed over, and a line may end as Windows' do.</summary>
    /// <param name="stream">Stays open: a read that waits for what never comes cannot be ended, only left.</param>
    /// <param name="cancellation">Leaves it.</param>
    public static async IAsyncEnumerable<string> Lines(Stream stream, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: PipeBytes);
        while (await reader.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellation) is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }
}
