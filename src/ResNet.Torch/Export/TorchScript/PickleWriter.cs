using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace ResNet.Torch.Export.TorchScript;

/// <summary>
/// Writes a tree of modules as a pickle of protocol 2, with those instructions alone that libtorch's reader knows (PyTorch,
/// torch/csrc/jit/serialization/unpickler.cpp). Tensors are stored row-major, each in a storage of its own, named by its number.
/// </summary>
internal sealed class PickleWriter
{
    public static readonly byte[] EmptyTuple = [0x80, 2, (byte)')', (byte)'.'];

    readonly ArrayBufferWriter<byte> bytes = new();
    readonly List<Tensor> tensors = [];

    PickleWriter()
    {
    }

    /// <returns>The pickle, and the tensors of its storages in order; they stay the modules' own.</returns>
    public static (byte[] Pickle, IReadOnlyList<Tensor> Tensors) Write(ScriptObject root)
    {
        var writer = new PickleWriter();
        writer.Code([0x80, 2]);
        writer.Value(root);
        writer.Code("."u8);
        return (writer.bytes.WrittenSpan.ToArray(), writer.tensors);
    }

    /// <summary>Counts are int64, all else is float32.</summary>
    public static ScalarType StoredType(Tensor tensor) => tensor.dtype == ScalarType.Int64 ? ScalarType.Int64 : ScalarType.Float32;

    void Value(object? value)
    {
        switch (value)
        {
            case null: Code("N"u8); break;
            case false: Code([0x89]); break;
            case ScriptObject module: Module(module); break;
            case Tensor tensor: Rebuild(tensor); break;
            default: throw new ArgumentException($"{value.GetType()} is no attribute of a module.", nameof(value));
        }
    }

    void Module(ScriptObject module)
    {
        Global(ScriptClasses.Module, module.Class);
        Code([(byte)')', 0x81, (byte)'}', (byte)'(']);      // a new object, and a dictionary of its attributes
        foreach (var (name, value) in module.Attributes)
        {
            Text(name);
            Value(value);
        }
        Code("ub"u8);
    }

    void Rebuild(Tensor tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Code("(("u8);
        Text("storage");
        Global("torch", StoredType(tensor) == ScalarType.Int64 ? "LongStorage" : "FloatStorage");
        Text($"{tensors.Count}");
        Text("cpu");
        Integer(tensor.numel());
        Code("tQ"u8);
        Integer(0);                                         // where the tensor begins in its storage
        Tuple(tensor.shape);
        Tuple(RowMajorStrides(tensor.shape));
        Code([0x89]);                                       // asks for no gradient
        Global("collections", "OrderedDict");               // no hooks
        Code(")RtR"u8);
        tensors.Add(tensor);
    }

    static long[] RowMajorStrides(long[] shape) =>
        [.. shape.Select((_, dimension) => shape.Skip(dimension + 1).Aggregate(1L, (product, length) => product * length))];

    void Tuple(long[] values)
    {
        Code("("u8);
        Array.ForEach(values, Integer);
        Code("t"u8);
    }

    void Integer(long value)
    {
        Span<byte> little = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(little, value);
        if (value is >= 0 and <= byte.MaxValue)
            Code([(byte)'K', little[0]]);
        else if (value is >= int.MinValue and <= int.MaxValue)
            Code([(byte)'J', .. little[..4]]);
        else
            Code([0x8a, 8, .. little]);
    }

    void Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        Code([(byte)'X', .. length, .. utf8]);
    }

    void Global(string module, string name) => Code(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    void Code(ReadOnlySpan<byte> code) => bytes.Write(code);
}
