using static TorchSharp.torch;

namespace ResNet.Torch.Weights.PyTorch;

// The rest of a pickle's values are C#'s own: null, bool, long, BigInteger, double, string, byte[], object?[] for a tuple
// and List<object?> for a list or set.

/// <summary>A dictionary as its pairs in order. Keys are never hashed: a hostile file could make that slow.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Pairs { get; } = [];

    /// <summary>The value of a key; of the last, if it is there more than once.</summary>
    public object? this[string key] => Pairs.FindLast(p => p.Key is string name && name == key).Value;
}

/// <summary>One of the few names that a pickle may mention.</summary>
/// <param name="Name">As Python would import it.</param>
/// <param name="Call">What calling it gives; null when it is only mentioned.</param>
internal sealed record PickleGlobal(string Name, Func<object?[], PickleSource, object?>? Call = null);

/// <summary>The names that pickles of a kind may mention: what mentions another is refused.</summary>
/// <param name="Kind">What such pickles hold, as "tensors".</param>
/// <param name="Find">Gives what stands in the place of a module's name; null for all but a few.</param>
/// <param name="Advice">What to do about a file that mentions another.</param>
/// <param name="KeepsBytes">Whether Python 2's strings, which may be any bytes, are byte[]; else they are text.</param>
internal sealed record PickleVocabulary(string Kind, Func<string, string, object?> Find, string Advice, bool KeepsBytes = false);

/// <summary>What a call made, kept as it was told: its arguments, and the state that it was given then.</summary>
internal sealed class PickledObject(string name, object?[] arguments)
{
    /// <summary>What was called.</summary>
    public string Name => name;

    public object?[] Arguments => arguments;

    public object? State { get; set; }
}

/// <summary>The type of a storage: <c>torch.FloatStorage</c> and its like.</summary>
internal sealed record StorageType(string Name, ScalarType Type, int Size);

/// <summary>A run of values that tensors share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Count">Number of its values.</param>
/// <param name="First">Where it starts in the storage of that key, in values.</param>
internal sealed record TorchStorage(string Key, StorageType Type, long Count, long First = 0);

/// <summary>A tensor as the pickle tells it, not checked yet.</summary>
internal sealed record TorchTensor(TorchStorage Storage, object? Offset, object?[] Shape, object?[] Strides);
