using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Torch.Export.TorchScript;

/// <summary>What an archive says of its network, as files that <c>torch.jit.load</c> gives out by <c>_extra_files</c>.</summary>
internal static class ExtraFile
{
    const string Network = "network.json", Preset = "preset.json", ClassNames = "class_names.json";

    static readonly JsonSerializerOptions lowerCase = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static bool IsReserved(string name) => name is Network or Preset or ClassNames;

    public static IEnumerable<(string Name, string Text)> Of(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string>? classNames, TorchScriptExportOptions options) =>
    [
        (Network, JsonSerializer.Serialize(new
        {
            variant = network.Variant.Name,
            classes = network.Classes,
            channels = network.Channels,
            stem = network.Stem.ToString(),
            takes = options.Input,
            gives = options.Output,
            feature_stage = options.FeatureStage,
            source = options.Source,
            producer = $"ResNet.Torch {typeof(ExtraFile).Assembly.GetName().Version!.ToString(3)}",
        }, lowerCase)),
        (Preset, JsonSerializer.Serialize(preset)),
        .. classNames is not null ? new[] { (ClassNames, JsonSerializer.Serialize(classNames)) } : [],
        .. options.ExtraFiles.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => (file.Key, file.Value)),
    ];
}
