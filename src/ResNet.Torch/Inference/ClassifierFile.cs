using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Torch.Inference;

/// <summary>A classifier as a safetensors file: a saved network (<see cref="NetworkWeights"/>) with class names, preset and the training's history beside it.</summary>
internal static class ClassifierFile
{
    /// <summary>Keys of the metadata, whose values are JSON; ONNX files have them too.</summary>
    public const string ClassNamesKey = "class_names", PresetKey = "preset";

    const string HistoryKey = "training_history";

    static readonly JsonSerializerOptions strict = new()
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a validation loss may be infinite
    };

    public static void Write(string path, ImageClassifier classifier) => classifier.Network.Save(path, new Dictionary<string, string>
    {
        [ClassNamesKey] = JsonSerializer.Serialize(classifier.ClassNames),
        [PresetKey] = JsonSerializer.Serialize(classifier.Preset),
        [HistoryKey] = JsonSerializer.Serialize(classifier.History, strict),
    });

    public static ImageClassifier Read(string path)
    {
        using var file = WeightFile.Open(path);
        var classNames = Json<string[]>(file, ClassNamesKey);
        var preset = Json<ImagePreset>(file, PresetKey);
        var history = file.Metadata.ContainsKey(HistoryKey) ? Json<EpochMetrics[]>(file, HistoryKey) : [];
        var network = ResidualNetwork.Load(file);
        try
        {
            return new ImageClassifier(network, preset, classNames) { History = history };
        }
        catch (ArgumentException e)
        {
            network.Dispose();
            throw new WeightFormatException($"{path}: its metadata contradict one another: {e.Message}", e);
        }
    }

    /// <summary>The preset of a classifier's file; null where the file holds weights alone.</summary>
    public static ImagePreset? PresetOf(WeightFile file)
    {
        // A stranger's file may have either key with another meaning.
        if (!file.Metadata.ContainsKey(ClassNamesKey) || !file.Metadata.ContainsKey(PresetKey))
            return null;
        var preset = Json<ImagePreset>(file, PresetKey);
        return preset.Fault() is { } fault ? throw new WeightFormatException($"{file.Path}: {fault}") : preset;
    }

    static T Json<T>(WeightFile file, string key)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(file.Metadata.GetValueOrDefault(key) ?? throw new JsonException("there is none"), strict) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new WeightFormatException($"{file.Path} holds no classifier: its metadata '{key}' cannot be read ({e.Message.TrimEnd('.')}). {nameof(ImageClassifier)}.{nameof(ImageClassifier.Save)} writes such files; weights alone become a classifier with a preset and class names: new {nameof(ImageClassifier)}(network, preset, classNames), where the network is one that {nameof(NetworkWeights.LoadWeights)} filled.", e);
        }
    }
}
