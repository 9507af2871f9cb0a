using System.Buffers.Binary;

namespace ResNet.Torch.Export.TorchScript;

/// <summary>The checksum of zip archives (PKWARE APPNOTE 6.3, section 4.4.7), eight bytes at a step.</summary>
internal sealed class Crc32
{
    const uint Polynomial = 0xedb88320;
    const int Step = 8;

    /// <summary>[k·256 + b]: what a byte b that stands k bytes before the end of a step adds.</summary>
    static readonly uint[] table = Table();

    uint state = uint.MaxValue;

    public uint Value => ~state;

    public Crc32 Append(ReadOnlySpan<byte> bytes)
    {
        var crc = state;
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[7 * 256 + (byte)low] ^ table[6 * 256 + (byte)(low >> 8)] ^ table[5 * 256 + (byte)(low >> 16)] ^ table[4 * 256 + (low >> 24)]
                ^ table[3 * 256 + (byte)high] ^ table[2 * 256 + (byte)(high >> 8)] ^ table[256 + (byte)(high >> 16)] ^ table[high >> 24];
        }
        foreach (var value in bytes)
            crc = crc >> 8 ^ table[(byte)(crc ^ value)];
        state = crc;
        return this;
    }

    static uint[] Table()
    {
        var entries = new uint[Step * 256];
        for (var value = 0u; value < entries.Length; value++)
        {
            var crc = value < 256 ? value : entries[value - 256];
            if (value < 256)
            {
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Polynomial;
                entries[value] = crc;
            }
            else
            {
                entries[value] = crc >> 8 ^ entries[(byte)crc];
            }
        }
        return entries;
    }
}
