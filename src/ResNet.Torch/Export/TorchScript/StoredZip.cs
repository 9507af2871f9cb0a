using System.Text;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch.Export.TorchScript;

/// <summary>
/// Writes a zip archive whose entries are stored as they are and begin at multiples of 64 bytes, as PyTorch lays out its
/// own, so that they can be mapped into memory. Disposing it writes the directory.
/// </summary>
/// <remarks>Layout: PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end).</remarks>
internal sealed class StoredZip(Stream stream) : IDisposable
{
    const int Alignment = 64, LocalLength = 30, FieldLength = 4;
    const ushort FillerField = 'F' | 'B' << 8; // PyTorch's own name of the field that fills up a header

    readonly BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
    readonly List<(byte[] Name, long Header, long Length, uint Checksum)> entries = [];

    public void Add(string name, ReadOnlySpan<byte> content)
    {
        Begin(name, content.Length, new Crc32().Append(content).Value);
        writer.Write(content);
    }

    /// <summary>Adds the bytes of a contiguous CPU tensor.</summary>
    public void Add(string name, Tensor values)
    {
        var checksum = new Crc32();
        TensorBytes.ForEachPart(values, (_, part) => checksum.Append(part));
        Begin(name, values.numel() * values.element_size(), checksum.Value);
        TensorBytes.ForEachPart(values, (_, part) => writer.Write(part));
    }

    void Begin(string name, long length, uint checksum)
    {
        var header = stream.Position;
        // 4 GiB and 65,534 entries are what an archive holds without the format's 64-bit fields.
        if (header + length > uint.MaxValue - (1 << 20) || entries.Count >= ushort.MaxValue - 1)
            throw new NotSupportedException($"'{name}' would end at {header + length} bytes, as entry {entries.Count + 1}; TorchScript archives are written up to 4 GiB and {ushort.MaxValue - 1} entries. Save the weights as safetensors.");
        var entry = (Name: Encoding.UTF8.GetBytes(name), header, length, checksum);
        var filler = (int)(-(header + LocalLength + entry.Name.Length + FieldLength) & (Alignment - 1));
        entries.Add(entry);

        writer.Write(0x04034b50u);
        Describe(entry);
        writer.Write((ushort)(FieldLength + filler));
        writer.Write(entry.Name);
        writer.Write(FillerField);
        writer.Write((ushort)filler);
        writer.Write(new byte[filler]);
    }

    /// <summary>What a local header and the directory both say.</summary>
    void Describe((byte[] Name, long Header, long Length, uint Checksum) entry)
    {
        writer.Write((ushort)20);       // version needed
        writer.Write((ushort)0x0800);   // names are UTF-8
        writer.Write((ushort)0);        // stored
        writer.Write((ushort)0);
        writer.Write((ushort)0x21);     // 1 January 1980: the same network gives the same bytes
        writer.Write(entry.Checksum);
        writer.Write((uint)entry.Length);
        writer.Write((uint)entry.Length);
        writer.Write((ushort)entry.Name.Length);
    }

    public void Dispose()
    {
        var directory = stream.Position;
        foreach (var entry in entries)
        {
            writer.Write(0x02014b50u);
            writer.Write((ushort)20);   // version of the writer
            Describe(entry);
            writer.Write(new byte[12]); // no further field, comment, disk or attributes
            writer.Write((uint)entry.Header);
            writer.Write(entry.Name);
        }
        var end = stream.Position;
        writer.Write(0x06054b50u);
        writer.Write(0);                // disks
        writer.Write((ushort)entries.Count);
        writer.Write((ushort)entries.Count);
        writer.Write((uint)(end - directory));
        writer.Write((uint)directory);
        writer.Write((ushort)0);
        writer.Dispose();
    }
}
