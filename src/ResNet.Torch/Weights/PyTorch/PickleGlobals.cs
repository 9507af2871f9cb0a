using static TorchSharp.torch;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>
/// The names that a pickle may mention, and what stands here in their place. Nothing is ever looked up by name: a file that
/// mentions another one is refused.
/// </summary>
internal static class PickleGlobals
{
    static readonly StorageType[] storages =
    [
        new("torch.DoubleStorage", ScalarType.Float64, 8),
        new("torch.FloatStorage", ScalarType.Float32, 4),
        new("torch.HalfStorage", ScalarType.Float16, 2),
        new("torch.BFloat16Storage", ScalarType.BFloat16, 2),
        new("torch.LongStorage", ScalarType.Int64, 8),
        new("torch.IntStorage", ScalarType.Int32, 4),
        new("torch.ShortStorage", ScalarType.Int16, 2),
        new("torch.CharStorage", ScalarType.Int8, 1),
        new("torch.ByteStorage", ScalarType.Byte, 1),
        new("torch.BoolStorage", ScalarType.Bool, 1),
    ];

    static readonly PickleGlobal[] callable =
    [
        new("torch._utils._rebuild_tensor", RebuildTensor),      // PyTorch before 0.4
        new("torch._utils._rebuild_tensor_v2", RebuildTensor),
        new("torch._utils._rebuild_parameter", First),
        new("collections.OrderedDict", OrderedDictionary),
        new("collections.Counter", First),                       // in the state of MultiStepLR
        new("torch.Size", First),
        new("torch.device", First),
        new("torch.serialization._get_layout", First),
        new("_codecs.encode", First),                            // bytes, in protocol 2
        new("builtins.set", First),                              // sets, in protocols 2 and 3
        new("__builtin__.set", First),
    ];

    static readonly string[] types =
    [
        "float64", "double", "float32", "float", "float16", "half", "bfloat16", "int64", "long", "int32", "int",
        "int16", "short", "int8", "uint8", "bool", "strided", "preserve_format", "contiguous_format", "channels_last",
    ];

    static readonly Dictionary<string, object> all =
        storages.Select(s => (s.Name, Value: (object)s))
            .Concat(callable.Select(c => (c.Name, Value: (object)c)))
            .Concat(types.Select(t => (Name: $"torch.{t}", Value: (object)new PickleGlobal($"torch.{t}"))))
            .ToDictionary(g => g.Name, g => g.Value);

    /// <summary>What pickles of tensors may mention.</summary>
    public static PickleVocabulary Tensors { get; } = new(
        "tensors", (module, name) => all.GetValueOrDefault($"{module}.{name}"), "If you trust the file, load it in PyTorch and save its state_dict() alone");

    static object? First(object?[] arguments, PickleSource source) => arguments is [var first, ..]
        ? first
        : throw source.Error("the pickle calls something without the argument that it needs");

    static TorchTensor RebuildTensor(object?[] arguments, PickleSource source) =>
        arguments is [TorchStorage storage, var offset, object?[] shape, object?[] strides, ..]
            ? new TorchTensor(storage, offset, shape, strides)
            : throw source.Error("the pickle makes a tensor of something else than storage, offset, shape and strides");

    static PickleDictionary OrderedDictionary(object?[] arguments, PickleSource source)
    {
        var dictionary = new PickleDictionary();
        if (arguments is [])
            return dictionary;
        if (arguments is not [List<object?> pairs]) // as Python 2 wrote it
            throw source.Error("the pickle makes an OrderedDict of something else than pairs");
        source.Spend(pairs.Count);
        foreach (var pair in pairs)
        {
            dictionary.Pairs.Add(pair switch
            {
                object?[] and [var key, var value] => new(key, value),
                List<object?> and [var key, var value] => new(key, value),
                _ => throw source.Error("the pickle makes an OrderedDict of something else than pairs"),
            });
        }
        return dictionary;
    }
}
