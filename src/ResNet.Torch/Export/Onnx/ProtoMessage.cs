using System.Buffers.Binary;
using System.Text;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch.Export.Onnx;

/// <summary>
/// A message in protobuf's wire format (protobuf.dev, "Encoding"). It knows its length before it is written, which is what a message around it
/// begins with, and holds tensors by reference: they are never in memory a second time.
/// </summary>
internal sealed class ProtoMessage
{
    const int Varint = 0, Bytes = 2, Fixed32 = 5; // wire types

    readonly List<Action<Stream>> fields = [];

    /// <summary>Bytes of the fields so far.</summary>
    public long Length { get; private set; }

    public ProtoMessage Add(int field, long value) => Append([.. Tag(field, Varint), .. Number(value)]);

    public ProtoMessage Add(int field, float value)
    {
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Append([.. Tag(field, Fixed32), .. bytes]);
    }

    public ProtoMessage Add(int field, string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        return Append([.. Tag(field, Bytes), .. Number(text.Length), .. text]);
    }

    /// <summary>Adds a message, to which nothing may be added any more.</summary>
    public ProtoMessage Add(int field, ProtoMessage message) =>
        Append([.. Tag(field, Bytes), .. Number(message.Length)]).Append(message.Length, message.WriteTo);

    /// <summary>Adds the values of a tensor as bytes: row-major, little endian as the processors that libtorch runs on.</summary>
    public ProtoMessage Add(int field, Tensor values)
    {
        var length = values.numel() * values.element_size();
        return Append([.. Tag(field, Bytes), .. Number(length)]).Append(length, stream =>
        {
            using var scope = NewDisposeScope();
            TensorBytes.ForEachPart(values.cpu().contiguous(), (_, part) => stream.Write(part));
        });
    }

    /// <summary>Adds a field once for each value.</summary>
    public ProtoMessage AddAll(int field, params IEnumerable<long> values) => values.Aggregate(this, (message, value) => message.Add(field, value));

    /// <inheritdoc cref="AddAll(int, IEnumerable{long})"/>
    public ProtoMessage AddAll(int field, params IEnumerable<string> values) => values.Aggregate(this, (message, value) => message.Add(field, value));

    /// <inheritdoc cref="AddAll(int, IEnumerable{long})"/>
    public ProtoMessage AddAll(int field, params IEnumerable<ProtoMessage> values) => values.Aggregate(this, (message, value) => message.Add(field, value));

    public void WriteTo(Stream stream) => fields.ForEach(write => write(stream));

    ProtoMessage Append(byte[] bytes) => Append(bytes.Length, stream => stream.Write(bytes));

    ProtoMessage Append(long length, Action<Stream> write)
    {
        fields.Add(write);
        Length += length;
        return this;
    }

    static byte[] Tag(int field, int wireType) => Number((field << 3) | wireType);

    /// <summary>Seven bits a byte, the lowest first; the top bit says that more follow.</summary>
    static byte[] Number(long value)
    {
        var bytes = new List<byte>();
        var rest = (ulong)value;
        for (; rest > 0x7F; rest >>= 7)
            bytes.Add((byte)(rest | 0x80));
        return [.. bytes, (byte)rest];
    }
}
