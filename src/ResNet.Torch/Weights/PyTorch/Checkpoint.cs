using System.Globalization;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>Finds the weights in what a checkpoint holds, and where they lie.</summary>
internal static class Checkpoint
{
    /// <summary>What training programs call the weights among the other things that they save.</summary>
    static readonly string[] wrappers = ["state_dict", "model_state_dict", "model", "net"];

    /// <summary>What DataParallel, detectors, training programs and compiled modules put before every name.</summary>
    static readonly string[] prefixes = ["module.", "backbone.", "model.", "_orig_mod."];

    const int MaxDimensions = 64; // libtorch's own limit

    /// <summary>A tensor may repeat values of its storage (stride 0), but a small file may not ask for all of memory.</summary>
    const long MaxRepeatedBytes = 16 << 20;

    public static WeightIndex Index(RandomAccessFile file, WeightFormat format, object? root, Func<TorchStorage, (long Position, long Length)> locate)
    {
        if (root is not PickleDictionary dictionary)
            throw file.Error("it holds no dictionary of tensors. Save a module's state_dict()");
        var weights = FindWeights(file, dictionary);
        var prefix = SharedPrefix(weights.Keys);
        return new WeightIndex(
            format,
            weights.ToDictionary(w => w.Key[prefix..], w => Place(file, w.Key, w.Value, locate)),
            TextOf(dictionary));
    }

    static Dictionary<string, TorchTensor> FindWeights(RandomAccessFile file, PickleDictionary root)
    {
        // One level for each wrapper, so that a dictionary that holds itself comes to an end.
        var dictionary = root;
        for (var level = 0; level <= wrappers.Length; level++)
        {
            var tensors = TensorsOf(dictionary);
            if (tensors.Count > 0)
                return tensors;
            if (wrappers.Select(name => dictionary[name]).OfType<PickleDictionary>().FirstOrDefault() is not { } inner)
                break;
            dictionary = inner;
        }
        var keys = root.Pairs.Select(p => p.Key).OfType<string>().Take(8);
        throw file.Error($"it holds no dictionary of tensors, neither itself nor under {string.Join(", ", wrappers)}; it has: {string.Join(", ", keys)}");
    }

    static Dictionary<string, TorchTensor> TensorsOf(PickleDictionary dictionary)
    {
        var tensors = new Dictionary<string, TorchTensor>();
        foreach (var (key, value) in dictionary.Pairs)
        {
            if (key is string name && value is TorchTensor tensor)
                tensors[name] = tensor;
        }
        return tensors;
    }

    /// <summary>Letters to take off each name.</summary>
    static int SharedPrefix(ICollection<string> names)
    {
        var length = 0;
        while (Array.Find(prefixes, p => names.All(n => n.AsSpan(length).StartsWith(p))) is { } shared)
            length += shared.Length;
        return length;
    }

    static StoredTensor Place(RandomAccessFile file, string name, TorchTensor tensor, Func<TorchStorage, (long Position, long Length)> locate)
    {
        var type = tensor.Storage.Type;
        if (tensor.Shape.Length > MaxDimensions || tensor.Strides.Length != tensor.Shape.Length ||
            tensor.Offset is not long offset || offset < 0 || !TrySizes(tensor.Shape, out var shape) || !TrySizes(tensor.Strides, out var strides))
            throw file.Error($"'{name}' has a shape, strides or an offset that no tensor can have");
        if (!StoredTensor.TryBytes(shape, type.Size, out var bytes) || !StoredTensor.TrySpan(shape, strides, out var span))
            throw file.Error($"'{name}' has the shape [{string.Join(", ", shape)}], which is too large to be true");

        var storage = locate(tensor.Storage);
        if (tensor.Storage.Count < 0 || (Int128)tensor.Storage.Count * type.Size > storage.Length)
            throw file.Error($"'{name}' has a storage of {tensor.Storage.Count} values, the file has {storage.Length} bytes of it. Copy or download it again");
        if (span > tensor.Storage.Count - offset)
            throw file.Error($"'{name}' reaches from {offset} over {span} values, its storage has {tensor.Storage.Count}");
        if (bytes > storage.Length && bytes > MaxRepeatedBytes)
            throw file.Error($"'{name}' makes {bytes} bytes of a storage of {storage.Length}");

        var info = new TensorInfo(type.Type, shape);
        return new StoredTensor(info, storage.Position + offset * type.Size, IsRowMajor(shape, strides) ? null : strides);
    }

    static bool TrySizes(object?[] values, out long[] sizes)
    {
        sizes = [.. values.OfType<long>()];
        return sizes.Length == values.Length && Array.TrueForAll(sizes, size => size >= 0);
    }

    static bool IsRowMajor(long[] shape, long[] strides)
    {
        var expected = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] == 0)
                return true;
            if (shape[i] != 1 && strides[i] != expected)
                return false;
            expected *= shape[i];
        }
        return true;
    }

    /// <summary>The plain values beside the weights, such as the epoch.</summary>
    static Dictionary<string, string> TextOf(PickleDictionary root)
    {
        var text = new Dictionary<string, string>();
        foreach (var (key, value) in root.Pairs)
        {
            if (key is string name && value is string or long or double or bool)
                text[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }
        return text;
    }
}
