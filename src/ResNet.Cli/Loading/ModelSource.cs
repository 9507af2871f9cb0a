using System.Globalization;
using ResNet.Cli.Output;
using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>Finds out what the argument MODEL is, and loads it.</summary>
static class ModelSource
{
    /// <summary>The classifier in a run folder.</summary>
    public const string ClassifierName = "model.safetensors";

    /// <summary>Loads a model of any kind; the caller disposes it.</summary>
    /// <exception cref="CommandException">It cannot be loaded; the message says why.</exception>
    public static LoadedModel Load(string name, ModelSettings settings, CommandRun run)
    {
        if (Directory.Exists(name))
        {
            var path = Path.Combine(name, ClassifierName);
            return File.Exists(path) ? LoadWeights(path, settings) : throw new CommandException($"{name} is no run folder: it has no {ClassifierName}, which 'resnet train' writes when a training ends.");
        }
        if (!File.Exists(name))
        {
            return PretrainedWeights.TryFind(name, out var weights)
                ? Fetch(weights, settings, run)
                : throw new CommandException($"There is no model '{name}': no file, no run folder, and no trained weights of that name ('resnet models --json' lists those).");
        }
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".ZIP" => ZipModel.Load(name, settings),
            ".ONNX" => OnnxModel.Load(name, settings),
            _ => LoadWeights(name, settings),
        };
    }

    /// <summary>Classes that have no names are called by their numbers.</summary>
    public static IReadOnlyList<string> Numbers(int classes) => [.. Enumerable.Range(0, classes).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    static ClassifierModel LoadWeights(string path, ModelSettings settings)
    {
        using var file = WeightFile.Open(path);
        if (file.Metadata.ContainsKey("class_names") && file.Metadata.ContainsKey("preset"))
        {
            if (settings.Variant is not null)
                settings.RequireNone(path, "the file says which network, preset and classes it has");
            var saved = ImageClassifier.Load(path);
            return Of(saved.Network, settings.Apply(saved.Preset)!, settings.ClassNames ?? saved.ClassNames, hasNames: true, path);
        }
        var network = settings.Variant is { } variant ? variant.Fitted(file)
            : file.Metadata.ContainsKey("resnet.variant") ? ResidualNetwork.Load(file)
            : throw new UsageException($"{path} holds weights alone: say with --model which network they are of ('resnet models' lists them).");
        return Of(network, settings.PresetFor(network), settings.ClassNames ?? Numbers(network.Classes), settings.ClassNames is not null, path);
    }

    static ClassifierModel Fetch(PretrainedWeights weights, ModelSettings settings, CommandRun run)
    {
        if (settings.Variant is not null)
            settings.RequireNone(weights.Name, "it names the network already");
        using var file = WeightFile.Open(FetchFile(weights, run));
        return Of(weights.Variant.Fitted(file), settings.Apply(weights.Preset)!, settings.ClassNames ?? weights.ClassNames, hasNames: true, weights.Name);
    }

    /// <summary>The file of trained weights, which is fetched once.</summary>
    public static string FetchFile(PretrainedWeights weights, CommandRun run) =>
        run.Output.Follow($"Fetching {weights.FileName}", "MB", progress => PretrainedCache.GetAsync(weights, new Megabytes(progress), run.Cancellation).GetAwaiter().GetResult());

    static ClassifierModel Of(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string> names, bool hasNames, string path)
    {
        try
        {
            return new(new ImageClassifier(network, preset, names)) { Title = $"{network.Variant} ({path})", ClassNames = names, HasClassNames = hasNames, Preset = preset };
        }
        catch (ArgumentException e)
        {
            network.Dispose();
            throw new CommandException($"{path}: {ErrorText.Of(e)}", e);
        }
    }

    sealed class Megabytes(IProgress<WorkProgress> progress) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => progress.Report(new(value.Bytes / 1_000_000, (value.TotalBytes ?? 0) / 1_000_000));
    }
}
