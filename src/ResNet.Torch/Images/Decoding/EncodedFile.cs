using System.Buffers;

namespace ResNet.Torch.Images;

/// <summary>A file or stream read to its end into memory from the shared pool; given back when disposed.</summary>
internal readonly ref struct EncodedFile
{
    const int FirstBytes = 1 << 16;

    readonly byte[] buffer;
    readonly int length;
    readonly string? name;

    EncodedFile(byte[] buffer, int length, string? name) => (this.buffer, this.length, this.name) = (buffer, length, name);

    public EncodedImage Image => new(buffer.AsSpan(0, length), name);

    /// <exception cref="ImageDecodingException">The file cannot be read, or does not begin as an image does.</exception>
    public static EncodedFile Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Read(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Reads from where the stream stands. What does not begin as an image is not read on.</summary>
    /// <exception cref="ImageDecodingException">Reading failed, or it does not begin as an image does.</exception>
    public static EncodedFile Read(Stream stream, string? name)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        var isRead = false;
        try
        {
            var length = stream.ReadAtLeast(buffer, ImageSignature.Length, throwOnEndOfStream: false);
            if (ImageSignature.Of(buffer.AsSpan(0, length)) is null)
                throw new ImageDecodingException(ImageSignature.Unknown(buffer.AsSpan(0, length)), name, null);
            for (var read = 1; read > 0; length += read)
            {
                if (length == buffer.Length)
                    Grow(ref buffer, stream.CanSeek ? stream.Length - stream.Position : 0, name);
                read = stream.Read(buffer.AsSpan(length));
            }
            isRead = true;
            return new(buffer, length, name);
        }
        catch (IOException e)
        {
            throw Unreadable(name, e);
        }
        finally
        {
            if (!isRead)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void Grow(ref byte[] buffer, long remaining, string? name)
    {
        // One byte more than remains, so that the end is met without growing again.
        var wanted = Math.Max(buffer.Length + remaining + 1, 2L * buffer.Length);
        if (remaining > Array.MaxLength - buffer.Length - 1 || buffer.Length == Array.MaxLength)
            throw new ImageDecodingException($"larger than the {Array.MaxLength} bytes that an image file may have", name, null);
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Array.MaxLength));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    static ImageDecodingException Unreadable(string? name, Exception cause) => new($"cannot be read ({cause.Message.TrimEnd('.')})", name, cause);

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
