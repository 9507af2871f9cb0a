using System.Text.Json;

namespace ResNet.Torch.Inference;

/// <summary>A classifier as a safetensors file: a saved network (<see cref="NetworkWeights"/>) with class names and preset beside it.</summary>
internal static class ClassifierFile
{
    /// <summary>Keys of the metadata, whose values are JSON; ONNX files have them too.</summary>
    public const string ClassNamesKey = "class_names", PresetKey = "preset";

    static readonly JsonSerializerOptions strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static void Write(string path, ImageClassifier classifier) => classifier.Network.Save(path, new Dictionary<string, string>
    {
        [ClassNamesKey] = JsonSerializer.Serialize(classifier.ClassNames),
        [PresetKey] = JsonSerializer.Serialize(classifier.Preset),
    });

    public static ImageClassifier Read(string path)
    {
        using var file = WeightFile.Open(path);
        var classNames = Json<string[]>(file, ClassNamesKey);
        var preset = Json<ImagePreset>(file, PresetKey);
        var network = ResidualNetwork.Load(file);
        try
        {
            return new ImageClassifier(network, preset, classNames);
        }
        catch (ArgumentException e)
        {
            network.Dispose();
            throw new WeightFormatException($"{path}: its metadata contradict one another: {e.Message}", e);
        }
    }

    static T Json<T>(WeightFile file, string key)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(file.Metadata.GetValueOrDefault(key) ?? throw new JsonException("there is none"), strict) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new WeightFormatException($"{file.Path} holds no classifier: its metadata '{key}' cannot be read ({e.Message.TrimEnd('.')}). ImageClassifier.Save writes such files; weights alone go into a network with LoadWeights.", e);
        }
    }
}
