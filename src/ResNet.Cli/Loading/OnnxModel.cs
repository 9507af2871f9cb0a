using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>An ONNX file that this library exported, in ONNX Runtime.</summary>
sealed class OnnxModel : PresetModel
{
    const string PresetKey = "preset", ClassNamesKey = "class_names", VariantKey = "resnet.variant", InputKey = "resnet.input", OutputKey = "resnet.output";

    readonly InferenceSession session;
    readonly ExportInput input;
    readonly bool givesLogits;
    byte[] bytes = [];   // what a batch takes, kept for the next: arrays of this size would fill the memory between two collections
    float[] planes = [];

    OnnxModel(InferenceSession session, ExportInput input, bool givesLogits) => (this.session, this.input, this.givesLogits) = (session, input, givesLogits);

    /// <param name="path">The file.</param>
    /// <param name="options">What the command line says in place of the file.</param>
    public static OnnxModel Load(string path, ModelSettings options)
    {
        InferenceSession session;
        try
        {
            session = new InferenceSession(path);
        }
        catch (OnnxRuntimeException e)
        {
            throw new CommandException($"{path} is no ONNX file that ONNX Runtime loads: {e.Message}", e);
        }
        try
        {
            var metadata = session.ModelMetadata.CustomMetadataMap;
            var preset = options.Apply(Json<ImagePreset>(metadata, PresetKey, path))
                ?? throw new CommandException($"{path} does not say how its images are prepared (metadata '{PresetKey}'), as files do that 'resnet export' writes. Say it with --size, --mean and --std.");
            var type = session.InputMetadata.Values.First().ElementType;
            var classes = session.OutputMetadata.Values.First().Dimensions[^1];
            var names = options.ClassNames ?? Json<string[]>(metadata, ClassNamesKey, path);
            if (names is not null && names.Count != classes)
                throw new CommandException($"{path} gives {classes} scores; there are {names.Count} class names.");
            var takes = metadata.TryGetValue(InputKey, out var said) && Enum.TryParse<ExportInput>(said, out var known) ? known
                : type == typeof(byte) ? ExportInput.InterleavedBytes : ExportInput.Normalized;
            var gives = metadata.GetValueOrDefault(OutputKey) ?? (session.OutputNames[0] == "probabilities" ? nameof(ExportOutput.Probabilities) : nameof(ExportOutput.Logits));
            return new(session, takes, gives == nameof(ExportOutput.Logits))
            {
                Title = $"{metadata.GetValueOrDefault(VariantKey) ?? "network"} in ONNX ({path})",
                Preset = preset,
                ClassNames = names ?? ModelSource.Numbers(classes),
                HasClassNames = names is not null,
            };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    static T? Json<T>(Dictionary<string, string> metadata, string key, string path) where T : class
    {
        try
        {
            return metadata.TryGetValue(key, out var text) ? JsonSerializer.Deserialize<T>(text) : null;
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path}: its metadata '{key}' cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    protected override float[] Score(ReadOnlySpan<byte> pixels)
    {
        var count = pixels.Length / Preset.ImageBytes;
        // A file that was exported for a number of images takes no other: what lacks is whatever was there before, and its scores are left out.
        var batch = session.InputMetadata.Values.First().Dimensions[0] is > 0 and var exported ? exported : count;
        var scores = new List<float>(count * ClassNames.Count);
        for (var i = 0; i < count; i += batch)
        {
            var there = Math.Min(batch, count - i);
            scores.AddRange(Run(pixels.Slice(i * Preset.ImageBytes, there * Preset.ImageBytes), batch).AsSpan(0, there * ClassNames.Count));
        }
        return [.. scores];
    }

    /// <summary>The scores of a batch, of which not all images may be given.</summary>
    float[] Run(ReadOnlySpan<byte> pixels, int batch)
    {
        using var value = Tensor(pixels, batch);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [session.InputNames[0]], [value], [session.OutputNames[0]]);
        var scores = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        for (var i = 0; givesLogits && i < scores.Length; i += ClassNames.Count)
            TensorPrimitives.SoftMax(scores.AsSpan(i, ClassNames.Count), scores.AsSpan(i, ClassNames.Count));
        return scores;
    }

    OrtValue Tensor(ReadOnlySpan<byte> pixels, int batch)
    {
        var length = batch * Preset.ImageBytes;
        if (input == ExportInput.InterleavedBytes)
        {
            bytes = Room(bytes, length);
            pixels.CopyTo(bytes);
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, bytes.AsMemory(0, length), [batch, Preset.Height, Preset.Width, Preset.Channels]);
        }
        planes = Room(planes, length);
        WritePlanes(pixels, planes);
        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, planes.AsMemory(0, length), [batch, Preset.Channels, Preset.Height, Preset.Width]);
    }

    static T[] Room<T>(T[] buffer, int length) => buffer.Length >= length ? buffer : new T[length];

    /// <summary>The channels one after the other: as pixels, or normalised in the network's order.</summary>
    void WritePlanes(ReadOnlySpan<byte> pixels, Span<float> target)
    {
        var (channels, area, normalizes) = (Preset.Channels, Preset.Height * Preset.Width, input == ExportInput.Normalized);
        for (var i = 0; i < pixels.Length / Preset.ImageBytes; i++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var (scale, shift) = normalizes ? (1 / (255 * Preset.Std[channel]), Preset.Mean[channel] / Preset.Std[channel]) : (1, 0);
                var place = normalizes && Preset.ChannelOrder == ChannelOrder.Bgr ? channels - 1 - channel : channel;
                var plane = target.Slice((i * channels + place) * area, area);
                var image = pixels.Slice(i * Preset.ImageBytes, Preset.ImageBytes);
                for (var p = 0; p < area; p++)
                    plane[p] = image[p * channels + channel] * scale - shift;
            }
        }
    }

    public override void Dispose() => session.Dispose();
}
