using System.Buffers.Binary;
using System.Text;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>
/// The bytes of the pickles in a file, and what reading them may cost: pickles can ask for far more memory than they have
/// bytes, so their length and the number of their instructions are bounded.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="start">Where the first pickle begins.</param>
/// <param name="end">Where the last one ends, at the latest.</param>
/// <param name="maxBytes">What all may have together: ResNet-152's checkpoint takes 100 KB and 25,000 instructions.</param>
internal sealed class PickleSource(RandomAccessFile file, long start, long end, int maxBytes = 16 << 20)
{
    const int MaxInstructions = 1_000_000;
    const int MaxNameBytes = 1024;

    static readonly UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    readonly byte[] buffer = new byte[1 << 16];
    readonly long limit = Math.Min(end, start + maxBytes);
    long bufferStart = start;
    int buffered;
    int spent;

    /// <summary>Byte of the file that is read next.</summary>
    public long Position { get; private set; } = start;

    public WeightFormatException Error(string what, Exception? cause = null) => file.Error($"{what}, before byte {Position} of the file", cause);

    /// <summary>Counts work done: one for an instruction, or the number of values that one copies.</summary>
    public void Spend(int instructions)
    {
        if (instructions > MaxInstructions - spent)
            throw Error($"the pickle takes more than {MaxInstructions} steps to read");
        spent += instructions;
    }

    public byte Byte()
    {
        Require(1);
        if (Position >= bufferStart + buffered)
            Fill();
        return buffer[Position++ - bufferStart];
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    public string Text(ulong count) => utf8.GetString(Bytes(count));

    /// <summary>Text up to the end of its line.</summary>
    public string Line()
    {
        var line = new List<byte>();
        for (var b = Byte(); b != '\n'; b = Byte())
        {
            if (line.Count == MaxNameBytes)
                throw Error($"a name in the pickle is longer than {MaxNameBytes} bytes");
            line.Add(b);
        }
        return utf8.GetString([.. line]);
    }

    public byte[] Bytes(ulong count)
    {
        Require(count);
        var bytes = new byte[count];
        if (bytes.Length > buffer.Length)
        {
            file.Read(Position, bytes);
        }
        else
        {
            if (Position + bytes.Length > bufferStart + buffered)
                Fill();
            buffer.AsSpan((int)(Position - bufferStart), bytes.Length).CopyTo(bytes);
        }
        Position += bytes.Length;
        return bytes;
    }

    void Fill()
    {
        buffered = (int)Math.Min(buffer.Length, limit - Position);
        file.Read(Position, buffer.AsSpan(0, buffered));
        bufferStart = Position;
    }

    void Require(ulong count)
    {
        if (count <= (ulong)(limit - Position))
            return;
        throw limit == end
            ? Error($"the pickle ends early ({count} bytes more were expected)")
            : Error($"the pickle is larger than {maxBytes} bytes");
    }
}
