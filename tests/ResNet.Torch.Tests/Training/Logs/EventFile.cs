using System.Buffers.Binary;
using System.Text;

namespace ResNet.Torch.Tests.Training.Logs;

/// <summary>One scalar of an event file.</summary>
readonly record struct Scalar(string Tag, long Step, float Value);

/// <summary>
/// Reads TensorBoard's event files by their published formats: TFRecord frames (length, masked CRC-32C of the length, data, masked CRC-32C of the data)
/// around event.proto's messages, of which it knows step 2, file_version 3 and summary 5, with summary.proto's value 1, tag 1 and simple_value 2.
/// </summary>
static class EventFile
{
    /// <summary>The file's version and its scalars in order; every checksum must be right, and nothing may follow the last frame.</summary>
    public static (string Version, List<Scalar> Scalars) Read(string path)
    {
        var version = "";
        var scalars = new List<Scalar>();
        foreach (var frame in Frames(File.ReadAllBytes(path)))
        {
            long step = 0;
            foreach (var (field, number, bytes) in Fields(frame))
            {
                if (field == 2)
                    step = (long)number;
                else if (field == 3)
                    version = Encoding.UTF8.GetString(bytes.Span);
                else if (field == 5)
                    scalars.AddRange(Fields(bytes).Select(value => ScalarOf(value.Bytes, step)));
            }
        }
        return (version, scalars);
    }

    static IEnumerable<ReadOnlyMemory<byte>> Frames(ReadOnlyMemory<byte> file)
    {
        while (file.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
            var data = file.Slice(12, length);
            Assert.AreEqual(Masked(Crc32C(file.Span[..8])), BinaryPrimitives.ReadUInt32LittleEndian(file.Span[8..]), "Checksum of the length");
            Assert.AreEqual(Masked(Crc32C(data.Span)), BinaryPrimitives.ReadUInt32LittleEndian(file.Span[(12 + length)..]), "Checksum of the data");
            yield return data;
            file = file[(16 + length)..];
        }
    }

    static Scalar ScalarOf(ReadOnlyMemory<byte> value, long step)
    {
        var fields = Fields(value).ToDictionary(field => field.Number);
        return new(Encoding.UTF8.GetString(fields[1].Bytes.Span), step, BitConverter.UInt32BitsToSingle((uint)fields[2].Value));
    }

    /// <summary>The fields of a Protocol Buffers message: a varint's or fixed number's value, or the bytes of one with a length.</summary>
    static IEnumerable<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
        {
            var key = Varint(ref message);
            var value = (key & 7) is 0 or 2 ? Varint(ref message) : 0;
            var length = (key & 7) switch { 0 => 0, 1 => 8, 2 => (int)value, 5 => 4, var type => throw new InvalidDataException($"Wire type {type}.") };
            var bytes = message[..length];
            if ((key & 7) is 1)
                value = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
            else if ((key & 7) is 5)
                value = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
            yield return ((int)(key >> 3), value, bytes);
            message = message[length..];
        }
    }

    static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message.Span[0];
            message = message[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }

    static uint Masked(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8;

    /// <summary>CRC-32C (Castagnoli), bit by bit.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        foreach (var x in data)
        {
            crc ^= x;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82f63b78);
        }
        return ~crc;
    }
}
