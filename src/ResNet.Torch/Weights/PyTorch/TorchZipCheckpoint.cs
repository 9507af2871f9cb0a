using System.Text;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>A checkpoint as PyTorch has written it since 1.6: a zip archive with a pickle and an entry for each storage.</summary>
internal static class TorchZipCheckpoint
{
    const string Pickle = "data.pkl";
    const int MaxByteOrderBytes = 16;

    public static WeightIndex Read(RandomAccessFile file)
    {
        var zip = new TorchZip(file);
        var top = TopOf(file, zip);
        RequireLittleEndian(file, zip, top + "byteorder");

        var (position, length) = zip.Locate(top + Pickle);
        var source = new PickleSource(file, position, position + length);
        var root = new PickleMachine(source, id => id is object?[] and ["storage", StorageType type, string key, _, long count, ..]
            ? new TorchStorage(key, type, count)
            : throw source.Error("the pickle refers to something that is no storage")).Load();

        return Checkpoint.Index(file, WeightFormat.PyTorchZip, root, storage => zip.Locate($"{top}data/{storage.Key}"));
    }

    /// <summary>The folder that everything is in, which has the name that the file had when it was saved.</summary>
    static string TopOf(RandomAccessFile file, TorchZip zip)
    {
        var tops = zip.Names
            .Where(name => name == Pickle || (name.EndsWith('/' + Pickle, StringComparison.Ordinal) && name.IndexOf('/') == name.Length - Pickle.Length - 1))
            .Select(name => name[..^Pickle.Length])
            .ToList();
        if (tops is not [var top])
            throw file.Error($"a zip archive, but no checkpoint of PyTorch's: {tops.Count} entries are a {Pickle}");
        if (zip.Has(top + "constants.pkl"))
            throw file.Error("a TorchScript archive, which is a program. Load it with torch.jit.load in PyTorch and save its state_dict()");
        return top;
    }

    static void RequireLittleEndian(RandomAccessFile file, TorchZip zip, string name)
    {
        if (!zip.Has(name)) // PyTorch before 2.1 wrote none
            return;
        var (position, length) = zip.Locate(name);
        var order = Encoding.ASCII.GetString(file.Read(position, (int)Math.Min(length, MaxByteOrderBytes)));
        if (order != "little")
            throw file.Error($"its byte order is '{order}'; little is read");
    }
}
