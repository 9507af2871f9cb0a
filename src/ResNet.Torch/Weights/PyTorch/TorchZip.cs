using System.Buffers.Binary;
using System.Text;
using ResNet.Torch.Wording;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>
/// The directory of a zip archive whose entries are stored as they are, which is how PyTorch writes them: an entry is then
/// a stretch of the file. Nothing is ever unpacked.
/// </summary>
/// <remarks>Layout: PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end).</remarks>
internal sealed class TorchZip
{
    const uint LocalSignature = 0x04034b50, DirectorySignature = 0x02014b50;
    const uint EndSignature = 0x06054b50, End64Signature = 0x06064b50, Locator64Signature = 0x07064b50;
    const int LocalLength = 30, DirectoryLength = 46, EndLength = 22, End64Length = 56, Locator64Length = 20;
    const int MaxDirectoryBytes = 8 << 20;
    const uint In64 = uint.MaxValue;

    readonly record struct Entry(long Header, long Length, long Packed, ushort Method, ushort Flags);

    readonly RandomAccessFile file;
    readonly Dictionary<string, Entry> entries = [];
    readonly long directory;

    public TorchZip(RandomAccessFile file)
    {
        this.file = file;
        (directory, var length) = FindDirectory();
        ReadDirectory(file.Read(directory, length));
    }

    public IEnumerable<string> Names => entries.Keys;

    public static bool IsAtStartOf(RandomAccessFile file) => file.Length >= 4 && U32(file.Read(0, 4), 0) == LocalSignature;

    public bool Has(string name) => entries.ContainsKey(name);

    /// <summary>Where an entry's bytes lie in the file; they are inside it.</summary>
    public (long Position, long Length) Locate(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
            throw file.Error($"the archive has no entry '{name}'");
        if (entry.Method != 0 || entry.Length != entry.Packed)
            throw file.Error($"the entry '{name}' is compressed ({entry.Packed} bytes for {entry.Length}), which PyTorch never does. Save the file again in PyTorch");
        if ((entry.Flags & 1) != 0)
            throw file.Error($"the entry '{name}' is encrypted");
        if (entry.Header > directory - LocalLength)
            throw file.Error($"the entry '{name}' lies at {entry.Header}, beyond the archive's directory at {directory}");
        var header = file.Read(entry.Header, LocalLength);
        if (U32(header, 0) != LocalSignature)
            throw file.Error($"there is no entry at {entry.Header}, where '{name}' should be");
        var position = entry.Header + LocalLength + U16(header, 26) + U16(header, 28);
        if (entry.Length > directory - position)
            throw file.Error($"the entry '{name}' claims {entry.Length} bytes at {position}, the archive's directory is at {directory}");
        return (position, entry.Length);
    }

    (long Position, int Length) FindDirectory()
    {
        var tail = file.Read(Math.Max(0, file.Length - EndLength - ushort.MaxValue), (int)Math.Min(file.Length, EndLength + ushort.MaxValue));
        var at = tail.Length - EndLength;
        while (at >= 0 && U32(tail, at) != EndSignature)
            at--;
        if (at < 0)
            throw file.Error("a zip archive without its directory: the file was cut. Copy or download it again");
        var end = file.Length - tail.Length + at;
        long length = U32(tail, at + 12), position = U32(tail, at + 16);
        if (length == In64 || position == In64)
            (position, length, end) = FindDirectory64(end);
        if (position < 0 || length < 0 || length > MaxDirectoryBytes || position > end - length)
            throw file.Error($"the archive's directory claims {length} bytes at {position}, which is not inside it or more than {MaxDirectoryBytes} bytes");
        return (position, (int)length);
    }

    (long Position, long Length, long End) FindDirectory64(long end)
    {
        var locator = file.Read(end - Locator64Length, Locator64Length);
        if (U32(locator, 0) != Locator64Signature)
            throw file.Error("the archive's directory is not where it says");
        var at = I64(locator, 8);
        if (at > end - Locator64Length - End64Length)
            throw file.Error("the archive's directory is not where it says");
        var end64 = file.Read(at, End64Length);
        if (U32(end64, 0) != End64Signature)
            throw file.Error("the archive's directory is not where it says");
        return (I64(end64, 48), I64(end64, 40), at);
    }

    void ReadDirectory(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (bytes.Length < DirectoryLength || U32(bytes, 0) != DirectorySignature)
                throw file.Error($"the archive's directory is damaged after {Counted.Of(entries.Count, "entry", "entries")}");
            int nameLength = U16(bytes, 28), extraLength = U16(bytes, 30), commentLength = U16(bytes, 32);
            if (bytes.Length - DirectoryLength < nameLength + extraLength + commentLength)
                throw file.Error($"the archive's directory is damaged after {Counted.Of(entries.Count, "entry", "entries")}");
            var name = Encoding.UTF8.GetString(bytes.Slice(DirectoryLength, nameLength));
            if (name.Contains('\\') || name.StartsWith('/') || name.Split('/').Contains(".."))
                throw file.Error($"the archive has an entry '{name}', a path that leads out of it");
            if (!entries.TryAdd(name, EntryOf(bytes, bytes.Slice(DirectoryLength + nameLength, extraLength), name)))
                throw file.Error($"the archive has two entries '{name}'");
            bytes = bytes[(DirectoryLength + nameLength + extraLength + commentLength)..];
        }
    }

    Entry EntryOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> extra, string name)
    {
        long packed = U32(bytes, 20), length = U32(bytes, 24), header = U32(bytes, 42);
        var wide = Field64(extra);
        Widen(ref length, ref wide, name);
        Widen(ref packed, ref wide, name);
        Widen(ref header, ref wide, name);
        return new Entry(header, length, packed, U16(bytes, 10), U16(bytes, 8));
    }

    /// <summary>The 64-bit sizes of an entry: extra field 1 (section 4.5.3).</summary>
    static ReadOnlySpan<byte> Field64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var (id, length) = (U16(extra, 0), Math.Min(U16(extra, 2), extra.Length - 4));
            if (id == 1)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    void Widen(ref long value, ref ReadOnlySpan<byte> wide, string name)
    {
        if (value != In64)
            return;
        if (wide.Length < 8 || I64(wide, 0) < 0)
            throw file.Error($"the entry '{name}' has no size or place");
        value = I64(wide, 0);
        wide = wide[8..];
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
