using System.Text.Json;
using ResNet.Torch.Export.Onnx;
using ResNet.Torch.Inference;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch;

/// <summary>Writes networks as ONNX files, which any runtime of ONNX runs without this library.</summary>
public static class OnnxExport
{
    const string SourceKey = "source", InputKey = "resnet.input", OutputKey = "resnet.output";

    /// <param name="network">The network; it is written as it is in eval mode, in float32.</param>
    extension(ResidualNetwork network)
    {
        /// <summary>
        /// Writes the network as an ONNX file. Its nodes and weights have the names of weight files ("layer1.0.conv1.weight"); preset, variant
        /// and what it takes and gives ("resnet.input", "resnet.output") are in its metadata, and so are class names of a classifier.
        /// </summary>
        /// <param name="path">The file, which is replaced if there is one. It appears when it is whole, or not at all.</param>
        /// <param name="preset">What the network expects of its images: their size, and what <see cref="ExportOptions.Input"/> may put into the graph.</param>
        /// <param name="options">What the file takes and gives; the defaults when null.</param>
        /// <exception cref="ArgumentException">Options are out of range, contradict one another or do not fit the network; the message names each fault.</exception>
        /// <exception cref="NotSupportedException">The file would be larger than 2 GiB, protobuf's limit.</exception>
        /// <exception cref="IOException">The file could not be written; nothing is left of it.</exception>
        /// <exception cref="UnauthorizedAccessException">The path is a folder, or may not be written; nothing is left of it.</exception>
        public void ExportOnnx(string path, ImagePreset preset, OnnxExportOptions? options = null) =>
            Write(path, network, preset, classNames: null, options ?? new());
    }

    internal static void Write(string path, ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, OnnxExportOptions options)
    {
        using var scope = NewDisposeScope();
        var model = Model(network, preset, classNames, options);
        AtomicFile.Write(path, model.WriteTo);
    }

    /// <summary>Writes the file's bytes.</summary>
    internal static void Write(Stream stream, ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, OnnxExportOptions options)
    {
        using var scope = NewDisposeScope();
        Model(network, preset, classNames, options).WriteTo(stream);
    }

    static ProtoMessage Model(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, OnnxExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(preset);
        options.RequireValid(network, preset, classNames);
        var version = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3);
        var graph = new OnnxGraph(network, preset, options, classNames).Build();
        (string, long)[] operators = options.HasSlotNames ? [("", options.Opset), OnnxGraph.SlotNamesOperators] : [("", options.Opset)];
        var model = OnnxProto.Model(options.FormatVersion, "ResNet.Torch", version, graph, operators, Metadata(network, preset, classNames, options));
        RequireWritable(model, network.Variant.Name);
        return model;
    }

    internal static void RequireWritable(ProtoMessage model, string name)
    {
        if (model.Length > int.MaxValue)
            throw new NotSupportedException($"{name} takes {model.Length / 1e9:F1} GB as ONNX; a protobuf file ends at 2 GiB. Keep its weights with {nameof(SafeTensors)}.{nameof(SafeTensors.Write)}, which has no such limit.");
    }

    static IEnumerable<(string Key, string Value)> Metadata(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, OnnxExportOptions options)
    {
        yield return (NetworkWeights.VariantKey, network.Variant.Name);
        yield return (ClassifierFile.PresetKey, JsonSerializer.Serialize(preset));
        yield return (InputKey, options.Input.ToString());
        yield return (OutputKey, options.Output.ToString());
        if (classNames is not null)
            yield return (ClassifierFile.ClassNamesKey, JsonSerializer.Serialize(classNames));
        if (options.Source is not null)
            yield return (SourceKey, options.Source);
    }
}
