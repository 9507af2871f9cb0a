using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>The argument MODEL and the options that say what its file does not, for every command that scores.</summary>
sealed class ModelOptions
{
    readonly Option<ResNetVariant?> variant = Options.Variant("--model", "The network of a bare weight file, as 'resnet models' lists it.");
    readonly Option<string?> preset = new("--preset") { Description = $"How images are prepared: {string.Join(", ", ImagePresets.All.Keys)}, or the name of trained weights. Default: as the model says.", HelpName = "NAME" };
    readonly Option<int?> size = new("--size") { Description = "Height and width in pixels that the network sees. Default: as the model says; for bare weights 32 with a small stem, else 224.", HelpName = "PIXELS" };
    readonly Option<float[]?> mean = Options.Numbers("--mean", "What is subtracted from each channel after scaling to 0..1, as 0.485,0.456,0.406. Default: as the model says; ImageNet's for bare weights.");
    readonly Option<float[]?> std = Options.Numbers("--std", "What each channel is divided by then, as 0.229,0.224,0.225.");
    readonly Option<FileInfo?> classes = new("--classes") { Description = "A file with the class names in the order of the scores: one on each line, or a JSON array.", HelpName = "FILE" };

    /// <summary>The model.</summary>
    public Argument<string> Model { get; } = new("MODEL")
    {
        Description = "A run folder of 'resnet train', a classifier (.safetensors), an ML.NET model (.zip), an ONNX file that was exported here, a weight file of PyTorch's or safetensors with --model, or the name of trained weights that are fetched, as ResNet50_Weights.IMAGENET1K_V2.",
    };

    /// <summary>Adds argument and options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Model);
        foreach (var option in (IEnumerable<Option>)[variant, preset, size, mean, std, classes])
            command.Add(option);
    }

    /// <summary>Loads the model that the command line names; the caller disposes it.</summary>
    /// <exception cref="CommandException">It cannot be loaded; the message says why.</exception>
    public LoadedModel Load(CommandRun run) => ModelSource.Load(run.Required(Model), Settings(run), run);

    /// <summary>What the command line says of the model.</summary>
    public ModelSettings Settings(CommandRun run) => new(
        run.Value(variant), run.Value(preset) is { } name ? ImagePresets.Find(name) : null, run.Value(size), Given(run.Value(mean)), Given(run.Value(std)), run.Value(classes) is { } file ? ReadNames(file) : null);

    /// <summary>An option of many values that is not given has none.</summary>
    static float[]? Given(float[]? values) => values is { Length: > 0 } ? values : null;

    /// <summary>Reads a file of class names.</summary>
    public static string[] ReadNames(FileInfo file)
    {
        if (!file.Exists)
            throw new CommandException($"There is no file {file} with class names (--classes).");
        var text = File.ReadAllText(file.FullName);
        try
        {
            string[] names = text.TrimStart().StartsWith('[') ? JsonSerializer.Deserialize<string[]>(text)! : [.. text.TrimEnd().ReplaceLineEndings("\n").Split('\n')];
            return names.Length > 0 && names.All(name => !string.IsNullOrWhiteSpace(name)) ? names : throw new JsonException("a name is empty");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{file} holds no class names, one on each line or as a JSON array of texts ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Kinds of option that several commands have.</summary>
    public static class Options
    {
        /// <summary>A network by its name.</summary>
        public static Option<ResNetVariant?> Variant(string name, string description) => new(name)
        {
            Description = description,
            HelpName = "NAME",
            CustomParser = result => Parsed(result, text => ResNetVariant.TryFind(text, out var variant) ? variant : throw new FormatException(NoNetwork(text))),
        };

        /// <summary>Numbers with commas between them.</summary>
        public static Option<float[]?> Numbers(string name, string description) => new(name)
        {
            Description = description,
            HelpName = "N,N,N",
            CustomParser = result => Parsed(result, text => text.Split(',').Select(number => float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value)
                ? value
                : throw new FormatException($"{name} takes numbers with commas between them, as 0.485,0.456,0.406 (received '{text}').")).ToArray()),
        };

        /// <summary>Reads the only value of an option or argument; a <see cref="FormatException"/> becomes an error of the command line.</summary>
        public static T? Parsed<T>(ArgumentResult result, Func<string, T> parse)
        {
            try
            {
                return parse(result.Tokens[^1].Value);
            }
            catch (FormatException e)
            {
                result.AddError(e.Message);
                return default;
            }
        }

        /// <summary>An unknown network, with the names that are most like it.</summary>
        public static string NoNetwork(string name) =>
            $"There is no network '{name}'. There are {string.Join(", ", ResNetVariant.All.Take(5))} and others: 'resnet models' lists them.";
    }
}
