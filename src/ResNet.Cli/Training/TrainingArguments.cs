using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using ResNet.Cli.Loading;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>The argument DATA and the options that say what is trained, and how, for every command that trains.</summary>
sealed class TrainingArguments
{
    const string Pretrained = "pretrained";

    readonly Argument<string> data = new("DATA") { Description = DataSource.Description };
    readonly Option<ResNetVariant?> model = ModelOptions.Options.Variant("--model", "The network, as 'resnet models' lists it. Default: resnet18.");
    readonly Option<Stem?> stem = new("--stem") { Description = "The stem. Default: by the network and the size of the images." };
    readonly Option<string?> recipe = new("--recipe") { Description = $"How it is trained: {string.Join(", ", TrainingRecipes.All.Keys)}. Default: fine-tuning with --weights, small-images up to 64 pixels, else the library's defaults.", HelpName = "NAME" };
    readonly Option<string?> weights = new("--weights") { Description = "Weights to start from: a file, 'pretrained' for the network's best ones (fetched once), or their name.", HelpName = "FILE|pretrained" };
    readonly Option<int?> freeze = new("--freeze") { Description = "First stages that stay as the weights have them; 0 is the stem alone.", HelpName = "STAGES" };
    readonly Option<int?> seed = new("--seed") { Description = "The same seed gives the same network. Default: drawn; with --resume the checkpoint's." };
    readonly Option<string[]> set = new("--set") { Description = "Any option of TrainingOptions by its name, as Optimizer.LearningRate=0.05; may be repeated.", HelpName = "NAME=VALUE" };
    readonly Option<int?> size = new("--size") { Description = "Height and width in pixels that the network sees. Default: the weights' own; else as large as the images, at most 224.", HelpName = "PIXELS" };
    readonly Option<string?> preset = new("--preset") { Description = $"How images are prepared: {string.Join(", ", ImagePresets.All.Keys)}, or the name of trained weights.", HelpName = "NAME" };
    readonly Option<bool> skips = new("--skip-bad") { Description = "Leave images out that cannot be decoded, rather than fail." };
    readonly Option<FileInfo?> classes = new("--classes") { Description = "What the classes of MNIST's or Fashion-MNIST's files are called: a name on each line, or a JSON array.", HelpName = "FILE" };

    /// <summary>Adds argument and options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(data);
        foreach (var option in (IEnumerable<Option>)[model, stem, recipe, weights, freeze, seed, set, size, preset, skips, classes])
            command.Add(option);
    }

    /// <summary>Reads what is to be done, down to each option.</summary>
    /// <param name="run">The command's run.</param>
    /// <param name="change">What the command says of the recipe; it comes before <c>--set</c>.</param>
    /// <exception cref="CommandException">What is asked for is not there, or does not go together.</exception>
    public TrainingPlan Read(CommandRun run, Func<TrainingOptions, TrainingOptions> change)
    {
        var names = run.Value(classes) is { } file ? ModelOptions.ReadNames(file) : null;
        var path = run.Arguments.GetRequiredValue(data);
        var images = DataSource.Load(path, DataPart.Train, names);
        var variant = run.Value(model) ?? ResNetVariant.ResNet18;
        var start = run.Value(weights) is { } name ? StartFrom(run, name, variant) : ((string File, ImagePreset? Preset)?)null;
        var settings = new ModelSettings(Preset: run.Value(preset) is { } wanted ? ImagePresets.Find(wanted) : null, Size: run.Value(size));
        var input = settings.Apply(start?.Preset) ?? FittingPreset.For(images);
        var recipeName = run.Value(recipe) ?? (start is not null ? "fine-tuning" : Math.Min(input.Height, input.Width) <= 64 ? "small-images" : null);
        var training = recipeName is null ? new() : TrainingRecipes.Find(recipeName);
        if (start is { } from)
            training = training with { FineTuning = (training.FineTuning ?? new()) with { WeightsFile = from.File, FrozenStages = run.Value(freeze) } };
        else if (training.FineTuning is not null || run.Value(freeze) is not null)
            throw new UsageException($"{(run.Value(freeze) is null ? $"The recipe {recipeName}" : "--freeze")} starts from weights: say with --weights which.");
        training = change(training with { Seed = run.Value(seed) ?? training.Seed });
        training = run.Value(set)!.Aggregate(training, OptionText.Set);
        if (training.Faults().Any())
            throw new UsageException(string.Join("; ", training.Faults()) + ".");
        var seeded = training with { Seed = training.Seed ?? (training.Checkpoints is { Resume: true } checkpoints ? checkpoints.SavedSeed : null) ?? Random.Shared.Next() };
        return new(path, images, variant, run.Value(stem), recipeName, input, seeded, run.Value(skips) ? BadImagePolicy.Skip : BadImagePolicy.Throw, names);
    }

    static (string File, ImagePreset? Preset) StartFrom(CommandRun run, string name, ResNetVariant variant)
    {
        if (File.Exists(name) || Directory.Exists(name))
        {
            var file = Directory.Exists(name) ? Path.Combine(name, ModelSource.ClassifierName) : name;
            return (file, new FineTuningOptions { WeightsFile = file }.ReadPreset());
        }
        var set = name.Equals(Pretrained, StringComparison.OrdinalIgnoreCase) ? PretrainedWeights.DefaultFor(variant)
            : PretrainedWeights.TryFind(name, out var found) ? found
            : throw new CommandException($"There are no weights '{name}': no such file, and no trained weights of that name ('resnet models --json' lists those).");
        return (ModelSource.FetchFile(set, run), set.Preset);
    }
}

/// <summary>A training as the command line asks for it.</summary>
/// <param name="DataPath">The argument DATA.</param>
/// <param name="Images">The images to train on.</param>
/// <param name="Variant">The network.</param>
/// <param name="Stem">Its stem; null chooses.</param>
/// <param name="Recipe">The recipe's name; null for the library's defaults.</param>
/// <param name="Preset">What images become.</param>
/// <param name="Training">Every option, with a seed.</param>
/// <param name="OnBadImage">What becomes of images that cannot be decoded.</param>
/// <param name="ClassNames">What <c>--classes</c> says.</param>
sealed record TrainingPlan(
    string DataPath, ImageData Images, ResNetVariant Variant, Stem? Stem, string? Recipe, ImagePreset Preset, TrainingOptions Training, BadImagePolicy OnBadImage, IReadOnlyList<string>? ClassNames)
{
    /// <summary>The estimator's options.</summary>
    public ResNetClassifierOptions Options(IDataView? validation, double? fraction, IProgress<TrainingProgress> progress, CancellationToken cancellation) => new()
    {
        ImageColumnName = ImageRows.ColumnOf(Images),
        Variant = Variant,
        Stem = Stem,
        Channels = Preset.Channels,
        Preset = Preset,
        Training = Training,
        ValidationSet = validation,
        ValidationSetFraction = fraction,
        OnBadImage = OnBadImage,
        Progress = progress,
        CancellationToken = cancellation,
    };

    /// <summary>What is trained on what, in a line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Variant} on {Images.Images.Count} images of {Images.ClassNames.Count} classes ({Preset.Width}×{Preset.Height}×{Preset.Channels}), recipe {Recipe ?? "default"}, {Training.Epochs} epochs, seed {Training.Seed}");
}
