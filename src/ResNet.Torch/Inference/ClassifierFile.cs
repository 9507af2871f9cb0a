using System.Globalization;
using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Inference;

/// <summary>A classifier as a safetensors file: the weights by torchvision's names, and the rest as metadata.</summary>
internal static class ClassifierFile
{
    const string VariantKey = "variant", StemKey = "stem", ChannelsKey = "channels", ClassesKey = "classes", PresetKey = "preset";

    static readonly JsonSerializerOptions strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    sealed record PresetData(int Height, int Width, float[] Mean, float[] Std);

    public static void Write(string path, ImageClassifier classifier)
    {
        var (network, preset) = (classifier.Network, classifier.Preset);
        SafeTensors.Write(path, network.state_dict(), new Dictionary<string, string>
        {
            [VariantKey] = network.Variant.Name,
            [StemKey] = network.Stem.ToString(),
            [ChannelsKey] = network.Channels.ToString(CultureInfo.InvariantCulture),
            [ClassesKey] = JsonSerializer.Serialize(classifier.ClassNames),
            [PresetKey] = JsonSerializer.Serialize(new PresetData(preset.Height, preset.Width, [.. preset.Mean], [.. preset.Std])),
        });
    }

    public static ImageClassifier Read(string path)
    {
        using var file = WeightFile.Open(path);
        var classes = Json<string[]>(file, ClassesKey);
        var preset = Json<PresetData>(file, PresetKey);
        if (!ResNetVariant.TryFind(Text(file, VariantKey), out var variant))
            throw Error(file, $"the network '{Text(file, VariantKey)}' is not known here");
        if (!Enum.TryParse<Stem>(Text(file, StemKey), out var stem) || !int.TryParse(Text(file, ChannelsKey), CultureInfo.InvariantCulture, out var channels))
            throw Error(file, $"its '{StemKey}' or '{ChannelsKey}' cannot be read");
        if (classes.Length < 1 || preset.Height < 1 || preset.Width < 1 || channels < 1 || preset.Mean.Length != channels || preset.Std.Length != channels)
            throw Error(file, "its classes, channels and preset do not fit one another");

        var network = new ResidualNetwork(variant, classes.Length, channels, stem);
        try
        {
            CopyWeights(file, network);
            return new ImageClassifier(network, new ImagePreset(preset.Height, preset.Width, preset.Mean, preset.Std), classes);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    static void CopyWeights(WeightFile file, ResidualNetwork network)
    {
        var weights = network.state_dict();
        var unfit = weights.Where(w => !file.Tensors.TryGetValue(w.Key, out var stored) || !stored.Shape.SequenceEqual(w.Value.shape))
            .Select(w => w.Key).Concat(file.Tensors.Keys.Except(weights.Keys)).ToList();
        if (unfit.Count > 0)
            throw Error(file, $"{unfit.Count} of its tensors do not fit {network.Variant} ({string.Join(", ", unfit.Take(3))}{(unfit.Count > 3 ? ", …" : "")})");
        using var noGrad = no_grad();
        foreach (var (name, weight) in weights)
        {
            using var stored = file.Read(name);
            weight.copy_(stored);
        }
    }

    static string Text(WeightFile file, string key) =>
        file.Metadata.TryGetValue(key, out var text) ? text : throw Error(file, $"its metadata have no '{key}', so it holds no classifier");

    static T Json<T>(WeightFile file, string key)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Text(file, key), strict) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new WeightFormatException($"{file.Path}: its '{key}' cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    static WeightFormatException Error(WeightFile file, string what) => new($"{file.Path}: {what}.");
}
