using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Weights;

/// <summary>
/// Reads the header of a safetensors file: 8 bytes of length, little-endian, then that many bytes of JSON, then the values.
/// Every size in it is checked against the file before anything is made of it.
/// </summary>
internal static class SafeTensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The format's own limit.</summary>
    const int MaxLength = 100_000_000;

    const int LengthBytes = 8;

    readonly record struct Entry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

    public static bool IsAtStartOf(RandomAccessFile file) => file.Length > LengthBytes && file.Read(LengthBytes, 1)[0] == '{';

    public static WeightIndex Read(RandomAccessFile file)
    {
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Read(0, LengthBytes));
        if (length > MaxLength)
            throw file.Error($"the safetensors header claims {length} bytes; at most {MaxLength} are allowed");
        if ((long)length > file.Length - LengthBytes)
            throw file.Error($"the safetensors header claims {length} bytes, the file has {file.Length - LengthBytes} after the length. Copy or download it again");

        var values = LengthBytes + (long)length;
        try
        {
            var metadata = new Dictionary<string, string>();
            var entries = ReadEntries(file, file.Read(LengthBytes, (int)length), metadata);
            RequireDense(file, entries, file.Length - values);
            return new WeightIndex(
                WeightFormat.SafeTensors,
                entries.ToDictionary(e => e.Name, e => new StoredTensor(new TensorInfo(e.Type, e.Shape), values + e.Begin)),
                metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // no JSON; text that is no UTF-8
        {
            throw file.Error($"the safetensors header is not valid JSON ({e.Message.TrimEnd('.')})", e);
        }
    }

    static List<Entry> ReadEntries(RandomAccessFile file, ReadOnlySpan<byte> json, Dictionary<string, string> metadata)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read(); // the brace that IsAtStartOf saw
        var entries = new List<Entry>();
        var names = new HashSet<string>();
        while (NextKey(ref reader) is { } name)
        {
            if (!names.Add(name))
                throw file.Error($"the safetensors header names '{name}' twice");
            if (name == MetadataKey)
                ReadMetadata(file, ref reader, metadata);
            else
                entries.Add(ReadEntry(file, ref reader, name));
        }
        if (reader.Read())
            throw file.Error("the safetensors header goes on after its closing brace");
        return entries;
    }

    static void ReadMetadata(RandomAccessFile file, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Enter(file, ref reader, JsonTokenType.StartObject, MetadataKey);
        while (NextKey(ref reader) is { } key)
        {
            Enter(file, ref reader, JsonTokenType.String, $"{MetadataKey}.{key}");
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw file.Error($"the safetensors header names '{MetadataKey}.{key}' twice");
        }
    }

    static Entry ReadEntry(RandomAccessFile file, ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        Enter(file, ref reader, JsonTokenType.StartObject, name);
        while (NextKey(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Enter(file, ref reader, JsonTokenType.String, $"{name}.dtype");
                    type = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadSizes(file, ref reader, $"{name}.shape");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadSizes(file, ref reader, $"{name}.data_offsets");
                    break;
                default:
                    throw file.Error($"the safetensors header has '{name}.{key}', which is not expected there");
            }
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw file.Error($"'{name}' must have a dtype, a shape and two data_offsets");
        if (!SafeTensorsTypes.TryFind(type, out var scalar, out var size))
            throw file.Error($"'{name}' has dtype {type}; those that are read are {SafeTensorsTypes.All}");
        if (begin > end || !StoredTensor.TryBytes(shape, size, out var bytes) || bytes != end - begin)
            throw file.Error($"'{name}' is {type} [{string.Join(", ", shape)}], its data_offsets {begin} to {end} do not fit that");
        return new Entry(name, scalar, shape, begin, end);
    }

    static long[] ReadSizes(RandomAccessFile file, ref Utf8JsonReader reader, string where)
    {
        Enter(file, ref reader, JsonTokenType.StartArray, where);
        var sizes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
                throw file.Error($"'{where}' must hold whole numbers from 0 to {long.MaxValue}");
            sizes.Add(size);
        }
        return [.. sizes];
    }

    /// <summary>The values must fill the rest of the file, one tensor after the other.</summary>
    static void RequireDense(RandomAccessFile file, List<Entry> entries, long available)
    {
        var reached = 0L;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin < reached)
                throw file.Error($"'{entry.Name}' begins at {entry.Begin} and overlaps the tensor before it, which ends at {reached}");
            if (entry.Begin > reached)
                throw file.Error($"no tensor has the bytes {reached} to {entry.Begin}, before '{entry.Name}'");
            if (entry.End > available)
                throw file.Error($"'{entry.Name}' ends at {entry.End}, the file has {available} bytes of values. Copy or download it again");
            reached = entry.End;
        }
        if (reached != available)
            throw file.Error($"the tensors end at {reached}, the file has {available} bytes of values");
    }

    /// <summary>The next key of the object that the reader is in; null at its end.</summary>
    static string? NextKey(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndObject)
            return null;
        return reader.GetString();
    }

    static void Enter(RandomAccessFile file, ref Utf8JsonReader reader, JsonTokenType expected, string where)
    {
        if (!reader.Read() || reader.TokenType != expected)
            throw file.Error($"the safetensors header has {reader.TokenType} at '{where}', {expected} was expected");
    }
}
