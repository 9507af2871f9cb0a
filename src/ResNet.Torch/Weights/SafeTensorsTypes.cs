using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace ResNet.Torch.Weights;

/// <summary>safetensors' names of the types that libtorch computes with, and their sizes.</summary>
internal static class SafeTensorsTypes
{
    static readonly (string Name, ScalarType Type, int Size)[] table =
    [
        ("BOOL", ScalarType.Bool, 1),
        ("U8", ScalarType.Byte, 1),
        ("I8", ScalarType.Int8, 1),
        ("I16", ScalarType.Int16, 2),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I32", ScalarType.Int32, 4),
        ("F32", ScalarType.Float32, 4),
        ("I64", ScalarType.Int64, 8),
        ("F64", ScalarType.Float64, 8),
    ];

    public static string All { get; } = string.Join(", ", table.Select(row => row.Name));

    public static bool TryFind(string name, out ScalarType type, out int size)
    {
        var row = Array.Find(table, row => row.Name == name);
        (type, size) = (row.Type, row.Size);
        return row.Name is not null;
    }

    public static bool TryFind(ScalarType type, [NotNullWhen(true)] out string? name) =>
        (name = Array.Find(table, row => row.Type == type).Name) is not null;
}
