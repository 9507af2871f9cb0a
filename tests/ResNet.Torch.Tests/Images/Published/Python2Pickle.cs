using System.Buffers.Binary;
using System.Text;

namespace ResNet.Torch.Tests.Images.Published;

/// <summary>Writes pickles as Python 2's cPickle does in protocol 2: strings are bytes, and each value is kept in the memo.</summary>
sealed class Python2Pickle
{
    readonly List<byte> bytes = [0x80, 2];
    byte kept;

    public Python2Pickle Dictionary(params (string Key, Action<Python2Pickle> Value)[] items)
    {
        Add((byte)'}').Keep().Add((byte)'(');
        foreach (var (key, value) in items)
            value(String(key));
        return Add((byte)'u');
    }

    public Python2Pickle List<T>(IEnumerable<T> items, Action<Python2Pickle, T> write)
    {
        Add((byte)']').Keep().Add((byte)'(');
        foreach (var item in items)
            write(this, item);
        return Add((byte)'e');
    }

    public Python2Pickle String(string text) => String(Encoding.ASCII.GetBytes(text)).Keep();

    public Python2Pickle Integer(int value) => value < 256 ? Add((byte)'K', (byte)value) : Add((byte)'M', (byte)value, (byte)(value >> 8));

    /// <summary>NumPy's array of uint8: _reconstruct(ndarray, (0,), 'b'), then its state.</summary>
    public Python2Pickle Array(int rows, int columns, byte[] values)
    {
        Add([.. "cnumpy.core.multiarray\n_reconstruct\n"u8]).Keep().Add([.. "cnumpy\nndarray\n"u8]).Keep();
        Integer(0).Add(0x85).String("b").Add(0x87, (byte)'R').Keep();
        Add((byte)'(').Integer(1).Integer(rows).Integer(columns).Add(0x86);
        Add([.. "cnumpy\ndtype\n"u8]).Keep().String("u1").Integer(0).Integer(1).Add(0x87, (byte)'R').Keep();
        Add((byte)'(').Integer(3).String("|").Add([.. "NNNJ"u8, 0xff, 0xff, 0xff, 0xff, (byte)'J', 0xff, 0xff, 0xff, 0xff]).Integer(0).Add((byte)'t', (byte)'b');
        return Add(0x89).String(values).Add((byte)'t', (byte)'b');
    }

    public byte[] End() => [.. bytes, (byte)'.'];

    Python2Pickle String(byte[] text)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return (text.Length < 256 ? Add((byte)'U', (byte)text.Length) : Add([(byte)'T', .. length])).Add(text);
    }

    Python2Pickle Keep() => Add((byte)'q', ++kept);

    Python2Pickle Add(params byte[] more)
    {
        bytes.AddRange(more);
        return this;
    }
}
