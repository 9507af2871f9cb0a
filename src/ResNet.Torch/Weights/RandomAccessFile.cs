using Microsoft.Win32.SafeHandles;

namespace ResNet.Torch.Weights;

/// <summary>A file that is read by position, or what one holds in memory; every fault in it is told with its path.</summary>
internal sealed class RandomAccessFile : IDisposable
{
    const int MaxMessageLength = 1000; // names in a hostile file may have megabytes

    readonly SafeFileHandle? handle;
    readonly ReadOnlyMemory<byte> content;

    RandomAccessFile(string path, SafeFileHandle handle) => (Path, this.handle, Length) = (path, handle, RandomAccess.GetLength(handle));

    /// <param name="name">What errors call the file.</param>
    /// <param name="content">All of it.</param>
    public RandomAccessFile(string name, ReadOnlyMemory<byte> content) => (Path, this.content, Length) = (name, content, content.Length);

    public string Path { get; }

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>For messages about a file that is not what it should be.</summary>
    public string FirstBytes
    {
        get
        {
            if (Length == 0)
                return "it is empty";
            var bytes = Read(0, (int)Math.Min(Length, 8));
            return $"first bytes {string.Join(' ', bytes.Select(b => b.ToString("x2", null)))}";
        }
    }

    public static RandomAccessFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new WeightFormatException($"{path}: a directory, not a weight file. Give the path of the file in it.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no weight file {path}.", path);
        return new RandomAccessFile(path, File.OpenHandle(path));
    }

    public WeightFormatException Error(string what, Exception? cause = null)
    {
        var told = what.Length > MaxMessageLength ? what[..MaxMessageLength] + "…" : what;
        return cause is null ? new($"{Path}: {told}.") : new($"{Path}: {told}.", cause);
    }

    /// <summary>Reads a part that is small enough for memory: the caller has bounded <paramref name="count"/>.</summary>
    public byte[] Read(long position, int count)
    {
        if (position < 0 || count > Length - position)
            throw Error($"ends at byte {Length}, {count} bytes at {position} were expected");
        var bytes = new byte[count];
        Read(position, bytes);
        return bytes;
    }

    /// <summary>Fills <paramref name="target"/>.</summary>
    public void Read(long position, Span<byte> target)
    {
        for (var done = 0; done < target.Length;)
        {
            var read = ReadSome(position + done, target[done..]);
            if (read == 0)
                throw Error($"ends at byte {position + done}, {target.Length - done} more bytes were expected. Copy or download it again");
            done += read;
        }
    }

    int ReadSome(long position, Span<byte> target)
    {
        if (handle is not null)
            return RandomAccess.Read(handle, target, position);
        var rest = content.Span[(int)Math.Min(position, content.Length)..];
        var count = Math.Min(rest.Length, target.Length);
        rest[..count].CopyTo(target);
        return count;
    }

    public void Dispose() => handle?.Dispose();
}
