using System.Text;
using ResNet.Torch.Export.TorchScript;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>
/// Writes networks as TorchScript: one file with program and weights, which <c>torch.jit.load</c> runs in PyTorch, in libtorch from
/// C++ and in TorchSharp, without this library.
/// </summary>
/// <remarks>
/// <para>The archive has the network's own tree of modules under torchvision's names: <c>state_dict()</c> of a loaded torchvision
/// row goes into torchvision's network of that name.</para>
/// <para>The module scores: it is saved in eval mode, its norms use their running statistics in either mode, and its weights ask for
/// no gradient. It takes every image size and batch size, and <c>to(device)</c> moves all of it.</para>
/// <para><c>_extra_files</c> gives <c>network.json</c> (variant, classes, channels, stem, what the module takes and gives, source,
/// producer), <c>preset.json</c>, <c>class_names.json</c> where there are such, and the options' own files.</para>
/// </remarks>
public static class TorchScriptExport
{
    const string Top = "archive/"; // the folder that everything is in; PyTorch names it after the file and reads any name

    /// <summary>The version of the archive's format: what PyTorch 1.13 writes for such programs; libtorch 2.10 reads it too.</summary>
    const string Version = "3\n";

    /// <param name="network">The network, on any device; it is written as it is in eval mode, in float32.</param>
    extension(ResidualNetwork network)
    {
        /// <summary>
        /// Writes program and weights of the network as a TorchScript archive, which <c>torch.jit.load</c> runs; see <see cref="TorchScriptExport"/>. The same
        /// network, preset and options give the same bytes.
        /// </summary>
        /// <param name="path">The file, by custom a .pt, which is replaced if there is one. It appears when it is whole, or not at all.</param>
        /// <param name="preset">What the network expects of its images: what the archive says of them, and what <see cref="ExportOptions.Input"/> may put into the program.</param>
        /// <param name="options">What the archive takes, gives and says; the defaults when null.</param>
        /// <exception cref="ArgumentException">Options are out of range, contradict one another or do not fit the network; the message names each fault. Or the path is empty.</exception>
        /// <exception cref="NotSupportedException">The weights take more than 4 GiB.</exception>
        /// <exception cref="IOException">The file could not be written; nothing is left of it.</exception>
        /// <exception cref="UnauthorizedAccessException">The path is a folder, or may not be written; nothing is left of it.</exception>
        public void ExportTorchScript(string path, ImagePreset preset, TorchScriptExportOptions? options = null) =>
            Write(path, network, preset, classNames: null, options ?? new());
    }

    internal static void Write(string path, ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, TorchScriptExportOptions options)
    {
        RequireValid(network, preset, classNames, options);
        AtomicFile.Write(path, stream => WriteArchive(stream, network, preset, classNames, options));
    }

    /// <summary>Writes the archive's bytes.</summary>
    internal static void Write(Stream stream, ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, TorchScriptExportOptions options)
    {
        RequireValid(network, preset, classNames, options);
        WriteArchive(stream, network, preset, classNames, options);
    }

    static void RequireValid(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, TorchScriptExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(preset);
        options.RequireValid(network, preset, classNames);
    }

    static void WriteArchive(Stream stream, ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, TorchScriptExportOptions options)
    {
        var script = NetworkScript.Of(network, preset, options);
        using var archive = new StoredZip(stream);
        AddProgram(archive, script.Root, Encoding.UTF8.GetBytes(script.Code));
        foreach (var (name, text) in ExtraFile.Of(network, preset, classNames, options))
            archive.Add($"{Top}extra/{name}", Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes an archive that has a program and nothing beside it.</summary>
    internal static void WriteProgram(Stream stream, ScriptObject root, ReadOnlySpan<byte> code)
    {
        using var archive = new StoredZip(stream);
        AddProgram(archive, root, code);
    }

    static void AddProgram(StoredZip archive, ScriptObject root, ReadOnlySpan<byte> code)
    {
        var (pickle, tensors) = PickleWriter.Write(root);
        archive.Add(Top + "data.pkl", pickle);
        archive.Add($"{Top}code/{ScriptClasses.File}", code);
        archive.Add(Top + "constants.pkl", PickleWriter.EmptyTuple);
        for (var i = 0; i < tensors.Count; i++)
            Add(archive, $"{Top}data/{i}", tensors[i]);
        archive.Add(Top + "version", Encoding.ASCII.GetBytes(Version));
        archive.Add(Top + "byteorder", "little"u8);
    }

    static void Add(StoredZip archive, string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        archive.Add(name, tensor.detach().cpu().to(PickleWriter.StoredType(tensor)).contiguous());
    }
}
