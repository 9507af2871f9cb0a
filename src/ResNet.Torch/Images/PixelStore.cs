using Microsoft.Win32.SafeHandles;

namespace ResNet.Torch.Images;

/// <summary>Images of one size, as bytes: in memory up to a limit, the rest in a temporary file that no crash leaves behind.</summary>
/// <param name="imageBytes">Bytes of an image.</param>
/// <param name="memoryLimit">Bytes of images held in memory, at least 0.</param>
/// <param name="folder">Where the file is made when the limit is reached.</param>
/// <remarks>
/// Counts those who share it: it starts with one, and is freed when the last of them has called <see cref="Dispose"/>.
/// Reading is safe from several threads, adding from one at a time and not while others read.
/// </remarks>
internal sealed class PixelStore(int imageBytes, long memoryLimit, string folder) : IDisposable
{
    const int BlockBytes = 4 << 20;

    readonly int imagesPerBlock = Math.Max(1, BlockBytes / imageBytes);
    readonly long imagesInMemory = memoryLimit / imageBytes;
    readonly List<byte[]> blocks = [];
    SafeFileHandle? file;
    int sharers = 1;
    bool freed;

    /// <summary>Number of images.</summary>
    public int Count { get; private set; }

    /// <summary>Copies an image into the store.</summary>
    /// <returns>Its number, counted from 0.</returns>
    /// <exception cref="IOException">It does not fit into memory, and the file cannot be written; the store is as before.</exception>
    public int Add(ReadOnlySpan<byte> image)
    {
        ObjectDisposedException.ThrowIf(freed, this);
        if (Count < imagesInMemory)
        {
            if (Count == (long)blocks.Count * imagesPerBlock)
                blocks.Add(GC.AllocateUninitializedArray<byte>((int)Math.Min(imagesPerBlock, imagesInMemory - Count) * imageBytes));
            image.CopyTo(InMemory(Count));
        }
        else
            Write(image);
        return Count++;
    }

    /// <summary>Copies an image out of the store.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Copy(int image, Span<byte> target)
    {
        ObjectDisposedException.ThrowIf(freed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)image, (uint)Count, nameof(image));
        target = target[..imageBytes];
        if (image < imagesInMemory)
            InMemory(image).CopyTo(target);
        else
            Read(image, target);
    }

    /// <summary>One more who has to call <see cref="Dispose"/>.</summary>
    public PixelStore Share()
    {
        ObjectDisposedException.ThrowIf(freed, this);
        Interlocked.Increment(ref sharers);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref sharers) != 0)
            return;
        freed = true;
        blocks.Clear();
        file?.Dispose();
    }

    Span<byte> InMemory(int image) => blocks[image / imagesPerBlock].AsSpan(image % imagesPerBlock * imageBytes, imageBytes);

    long InFile(int image) => (image - imagesInMemory) * imageBytes;

    void Write(ReadOnlySpan<byte> image)
    {
        try
        {
            RandomAccess.Write(file ??= CreateFile(folder), image, InFile(Count));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var variable = OperatingSystem.IsWindows() ? "TMP" : "TMPDIR";
            throw new IOException(
                $"Image {Count} cannot be kept: the {imagesInMemory} images before it that fit into the memory limit of {memoryLimit} bytes are in memory, and a file in {folder} cannot be written to {InFile(Count) + imageBytes} bytes ({e.Message}). " +
                $"Raise the memory limit, free space there, or name another folder in the environment variable {variable}.", e);
        }
    }

    void Read(int image, Span<byte> target)
    {
        for (var done = 0; done < target.Length;)
        {
            var read = RandomAccess.Read(file!, target[done..], InFile(image) + done);
            if (read == 0)
                throw new EndOfStreamException($"Image {image}: the temporary file of pixels in {folder} ends before it.");
            done += read;
        }
    }

    static SafeFileHandle CreateFile(string folder)
    {
        var path = Path.Combine(folder, $"resnet-pixels-{Guid.NewGuid():N}.tmp");
        if (OperatingSystem.IsWindows())
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess | FileOptions.DeleteOnClose);
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess);
        // A file without a name lasts as long as its handle: not even a killed process leaves it behind.
        File.Delete(path);
        return handle;
    }
}
