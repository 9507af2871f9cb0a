using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>Writes safetensors files, which hold tensors and text and nothing that could run when they are read.</summary>
/// <remarks>Format: huggingface/safetensors, "Format". <see cref="WeightFile"/> reads them.</remarks>
public static class SafeTensors
{
    const int Alignment = 8;

    // As the format's own implementation writes them: only what JSON demands is escaped.
    static readonly JsonWriterOptions compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes tensors and metadata; the same input gives the same bytes.</summary>
    /// <param name="path">The file, which is replaced if there is one. It appears when it is whole, or not at all.</param>
    /// <param name="tensors">The tensors by name, on any device and in any memory layout; the file has them row-major.</param>
    /// <param name="metadata">Text to keep beside them; null for none.</param>
    /// <exception cref="ArgumentException">A tensor's name is "__metadata__", or safetensors has no name for its type.</exception>
    /// <exception cref="IOException">The file could not be written; nothing is left of it.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        // Large types first, as the format's own implementation orders them: each value is then aligned to its size.
        var ordered = tensors
            .OrderByDescending(t => t.Value.element_size())
            .ThenBy(t => t.Key, StringComparer.Ordinal)
            .ToList();
        var header = Header(ordered, metadata);

        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in ordered)
                WriteValues(stream, tensor);
        });
    }

    static void WriteValues(FileStream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var rowMajor = tensor.detach().cpu().contiguous();
        TensorBytes.ForEachPart(rowMajor, (_, part) => stream.Write(part));
    }

    static byte[] Header(List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, compact))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
                WriteMetadata(json, metadata);
            var begin = 0L;
            foreach (var (name, tensor) in tensors)
                WriteEntry(json, name, tensor, ref begin);
            json.WriteEndObject();
        }
        var padding = -buffer.WrittenCount & (Alignment - 1);
        return [.. buffer.WrittenSpan, .. Enumerable.Repeat((byte)' ', padding)];
    }

    static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafeTensorsHeader.MetadataKey);
        foreach (var (key, text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            json.WriteString(key, text);
        json.WriteEndObject();
    }

    static void WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, ref long begin)
    {
        if (name == SafeTensorsHeader.MetadataKey)
            throw new ArgumentException($"No tensor can be named '{name}': safetensors keeps its metadata there.", nameof(tensor));
        if (!SafeTensorsTypes.TryFind(tensor.dtype, out var type))
            throw new ArgumentException($"'{name}' is {tensor.dtype}; safetensors has {SafeTensorsTypes.All}. Convert it first.", nameof(tensor));
        var end = begin + tensor.numel() * tensor.element_size();
        json.WriteStartObject(name);
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        foreach (var side in tensor.shape)
            json.WriteNumberValue(side);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        begin = end;
    }
}
