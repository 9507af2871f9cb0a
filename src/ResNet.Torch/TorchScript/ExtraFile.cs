using System.Text.Json;

namespace ResNet.Torch.TorchScript;

/// <summary>What an archive says of its network, as files that <c>torch.jit.load</c> gives out by <c>_extra_files</c>.</summary>
internal static class ExtraFile
{
    const string Network = "network.json", Preset = "preset.json", ClassNames = "class_names.json";

    public static bool IsReserved(string name) => name is Network or Preset or ClassNames;

    public static IEnumerable<(string Name, string Text)> Of(ResidualNetwork network, TorchScriptExportOptions options) =>
    [
        (Network, JsonSerializer.Serialize(new
        {
            variant = network.Variant.Name,
            classes = network.Classes,
            channels = network.Channels,
            stem = network.Stem.ToString(),
            takes = options.TakesPixels ? "pixels" : "normalized",
            gives = options.GivesProbabilities ? "probabilities" : "logits",
            source = $"ResNet.Torch {typeof(ExtraFile).Assembly.GetName().Version?.ToString(3)}",
        })),
        .. options.Preset is { } preset ? new[] { (Preset, JsonSerializer.Serialize(preset)) } : [],
        .. options.ClassNames is { } names ? new[] { (ClassNames, JsonSerializer.Serialize(names)) } : [],
        .. options.ExtraFiles.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => (file.Key, file.Value)),
    ];
}
