using System.Buffers.Binary;
using System.Numerics;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>
/// A checkpoint as PyTorch wrote it before 1.6: pickles of a magic number, a version, the machine, the value and the keys of
/// its storages, then each storage's number of values and the values.
/// </summary>
internal sealed class TorchLegacyCheckpoint
{
    const long Version = 1001;

    static readonly BigInteger magic = new([0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);

    readonly RandomAccessFile file;
    readonly PickleSource source;
    readonly Dictionary<string, (StorageType Type, long Count)> declared = [];
    readonly Dictionary<string, (long Position, long Length)> places = [];

    TorchLegacyCheckpoint(RandomAccessFile file) => (this.file, source) = (file, new PickleSource(file, 0, file.Length));

    public static bool IsAtStartOf(RandomAccessFile file) => file.Length > 2 && file.Read(0, 2) is [0x80, >= 2 and <= 5];

    public static WeightIndex Read(RandomAccessFile file) => new TorchLegacyCheckpoint(file).Read();

    WeightIndex Read()
    {
        if (Load() is not BigInteger number || number != magic)
            throw file.Error("a pickle, but no checkpoint of PyTorch's: its magic number is not there");
        if (Load() is not Version)
            throw file.Error($"a checkpoint of another version than {Version}");
        if (Load() is not PickleDictionary machine || machine["little_endian"] is not true)
            throw file.Error("it was not written on a little-endian machine");

        var root = Load();
        if (Load() is not List<object?> keys)
            throw source.Error("the list of storages is not there");
        FindStorages(keys);
        return Checkpoint.Index(file, WeightFormat.PyTorchLegacy, root, Locate);
    }

    object? Load() => new PickleMachine(source, StorageOf).Load();

    TorchStorage StorageOf(object? id)
    {
        if (id is not (object?[] and ["storage", StorageType type, string key, _, long count, var view]))
            throw source.Error("the pickle refers to something that is no storage");
        if (!declared.TryAdd(key, (type, count)) && declared[key] != (type, count))
            throw source.Error($"storage '{key}' is described twice, each time otherwise");
        return view switch
        {
            null => new TorchStorage(key, type, count),
            object?[] and [_, long first, long length] when first >= 0 && length >= 0 && length <= count - first => new TorchStorage(key, type, length, first),
            _ => throw source.Error($"a part of storage '{key}' is not inside it"),
        };
    }

    void FindStorages(List<object?> keys)
    {
        var position = source.Position;
        foreach (var item in keys)
        {
            if (item is not string key || !declared.TryGetValue(key, out var storage) || places.ContainsKey(key))
                throw source.Error($"storage '{item}' belongs to no tensor, or comes twice");
            var count = BinaryPrimitives.ReadInt64LittleEndian(file.Read(position, sizeof(long)));
            position += sizeof(long);
            if (count != storage.Count)
                throw file.Error($"storage '{key}' has {count} values at byte {position}, {storage.Count} were expected");
            if (count < 0 || count > (file.Length - position) / storage.Type.Size)
                throw file.Error($"storage '{key}' claims {count} values at byte {position}, the file ends at {file.Length}. Copy or download it again");
            places.Add(key, (position, count * storage.Type.Size));
            position += count * storage.Type.Size;
        }
    }

    (long Position, long Length) Locate(TorchStorage storage)
    {
        if (!places.TryGetValue(storage.Key, out var place))
            throw file.Error($"storage '{storage.Key}' is not in the file");
        return (place.Position + storage.First * storage.Type.Size, storage.Count * storage.Type.Size);
    }
}
