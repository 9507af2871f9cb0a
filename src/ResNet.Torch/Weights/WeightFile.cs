using ResNet.Torch.Weights;
using ResNet.Torch.Weights.PyTorch;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>The kinds of weight file that are read.</summary>
public enum WeightFormat
{
    /// <summary>safetensors: a JSON header, then the values.</summary>
    SafeTensors,

    /// <summary>PyTorch's <c>torch.save</c> since 1.6: a zip archive.</summary>
    PyTorchZip,

    /// <summary>PyTorch's <c>torch.save</c> before 1.6: a row of pickles.</summary>
    PyTorchLegacy,
}

/// <summary>
/// A weight file that is open for reading. Opening reads and checks its table of tensors alone; values are read one tensor
/// at a time, so that a file may be larger than memory. Any number of threads may read from one.
/// </summary>
public sealed class WeightFile : IDisposable
{
    readonly RandomAccessFile file;
    readonly IReadOnlyDictionary<string, StoredTensor> stored;

    WeightFile(RandomAccessFile file, WeightIndex index)
    {
        this.file = file;
        stored = index.Tensors;
        Format = index.Format;
        Metadata = index.Metadata;
        Tensors = index.Tensors.ToDictionary(t => t.Key, t => t.Value.Info);
    }

    /// <summary>Opens a file; its content says which format it has, its name does not matter.</summary>
    /// <remarks>Nothing that a PyTorch checkpoint names is run: one that names more than tensors need is refused.</remarks>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="WeightFormatException">The file is no weight file, is damaged, or asks for what is not allowed.</exception>
    public static WeightFile Open(string path) => Open(path, CheckpointLayout.NetworkOf);

    /// <summary>Opens a file with all that is in it: a training's checkpoint with its optimizer's state.</summary>
    internal static WeightFile OpenWhole(string path) => Open(path, index => index);

    static WeightFile Open(string path, Func<WeightIndex, WeightIndex> choose)
    {
        var file = RandomAccessFile.Open(path);
        try
        {
            return new WeightFile(file, choose(ReadIndex(file)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path it was opened by.</summary>
    public string Path => file.Path;

    /// <summary>The format that was found.</summary>
    public WeightFormat Format { get; }

    /// <summary>
    /// Every tensor's type and shape by its name. Of a PyTorch checkpoint these are the weights, found at the top or under
    /// <c>state_dict</c>, <c>model_state_dict</c>, <c>model</c> or <c>net</c>, without what all names begin with
    /// (<c>module.</c>, <c>backbone.</c>, <c>model.</c>, <c>_orig_mod.</c>). Of a training's checkpoint
    /// (<see cref="CheckpointOptions"/>) these are the weights that the training would have returned had it ended there: those of
    /// the best epoch where they are kept, else the average where there is one, else the last.
    /// </summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>What the file says beside its tensors: a safetensors file's metadata, a checkpoint's plain values such as its epoch.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the values of one tensor.</summary>
    /// <returns>A tensor of the file's type and shape, row-major, on the CPU. The caller, or the scope it is in, disposes it.</returns>
    /// <exception cref="KeyNotFoundException">The file has no tensor of that name.</exception>
    /// <exception cref="WeightFormatException">The file ends early, because it was changed since it was opened.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="TorchRuntimeException">libtorch could not be loaded.</exception>
    public Tensor Read(string name) => stored.TryGetValue(name, out var tensor)
        ? tensor.Read(file)
        : throw new KeyNotFoundException($"{Path} has no tensor named '{name}'.");

    /// <summary>Closes the file; tensors that were read stay.</summary>
    public void Dispose() => file.Dispose();

    static WeightIndex ReadIndex(RandomAccessFile file)
    {
        if (SafeTensorsHeader.IsAtStartOf(file))
            return SafeTensorsHeader.Read(file);
        if (TorchZip.IsAtStartOf(file))
            return TorchZipCheckpoint.Read(file);
        if (TorchLegacyCheckpoint.IsAtStartOf(file))
            return TorchLegacyCheckpoint.Read(file);
        throw file.Error($"not a weight file that can be read ({file.FirstBytes}); safetensors and what torch.save writes are");
    }
}
