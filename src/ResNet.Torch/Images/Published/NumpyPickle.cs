using System.Text;
using ResNet.Torch.Weights;
using ResNet.Torch.Weights.PyTorch;

namespace ResNet.Torch.Images.Published;

/// <summary>Data sets that Python programs pickled: dictionaries of numbers, texts and NumPy's arrays of bytes. Nothing in them is run.</summary>
internal static class NumpyPickle
{
    const int MaxBytes = 1 << 28; // CIFAR-100's are 161 MB
    const string Array = "numpy.ndarray", Type = "numpy.dtype", Bytes = "u1";

    static readonly PickleVocabulary arrays = new("arrays of bytes", (module, name) => $"{module}.{name}" switch
    {
        "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" => new PickleGlobal("_reconstruct", (arguments, _) => new PickledObject(Array, arguments)),
        Type => new PickleGlobal(Type, (arguments, _) => new PickledObject(Type, arguments)),
        Array => new PickleGlobal(Array),
        "_codecs.encode" => new PickleGlobal("encode", (arguments, source) => arguments is [string text, "latin1"]
            ? Encoding.Latin1.GetBytes(text) // Python 3's bytes, in protocol 2
            : throw source.Error("the pickle encodes a text in a way that is not known")),
        _ => null,
    }, "Fetch it again, from its authors", KeepsBytes: true);

    /// <summary>Reads the dictionary that a file holds.</summary>
    /// <param name="name">What errors call the file.</param>
    /// <param name="content">All of it.</param>
    /// <exception cref="InvalidDataException">It is damaged, hostile, or holds something else.</exception>
    public static PickleDictionary Read(string name, byte[] content)
    {
        using var file = new RandomAccessFile(name, content);
        try
        {
            var source = new PickleSource(file, 0, file.Length, MaxBytes);
            return new PickleMachine(source, _ => throw source.Error("the pickle refers to a tensor, where an array is expected"), arrays).Load() as PickleDictionary
                ?? throw file.Error("it holds no dictionary");
        }
        catch (WeightFormatException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>The value of a key; null where there is none.</summary>
    public static object? Value(this PickleDictionary dictionary, string key) => dictionary.Pairs.FindLast(pair => Text(pair.Key) == key).Value;

    /// <summary>A text, of Python 2 or 3; null where it is something else.</summary>
    public static string? Text(object? value) => value as string ?? (value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null);

    /// <summary>An array of bytes in two dimensions, row after row; null where it is something else.</summary>
    /// <param name="value">What the pickle has.</param>
    /// <param name="columns">Bytes of a row.</param>
    public static byte[]? Matrix(object? value, int columns)
    {
        // version, shape, type, whether columns come one after the other, values
        if (value is not PickledObject { Name: Array, State: object?[] and [_, object?[] and [long rows, long width], PickledObject { Name: Type, Arguments: [var type, ..] }, bool isByColumns, byte[] values] })
            return null;
        if (Text(type)?.TrimStart('|') != Bytes || width != columns || values.Length % columns != 0 || values.Length / columns != rows)
            return null;
        return isByColumns ? ByRows(values, (int)rows, columns) : values;
    }

    static byte[] ByRows(byte[] values, int rows, int columns)
    {
        var turned = new byte[values.Length];
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
                turned[row * columns + column] = values[column * rows + row];
        }
        return turned;
    }
}
