using System.CommandLine;
using ResNet.Cli.Loading;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>The argument DATA and the options that say what is trained, and how, for every command that trains.</summary>
/// <param name="needsData">Whether DATA must be given.</param>
sealed class TrainingArguments(bool needsData = true)
{
    const string Pretrained = "pretrained";

    readonly Argument<string?> data = new("DATA") { Description = DataSource.Description, Arity = needsData ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };
    readonly Option<ResNetVariant?> model = ModelOptions.Options.Variant("--model", "The network, as 'resnet models' lists it. Default: resnet18.");
    readonly Option<Stem?> stem = new("--stem") { Description = "The stem. Default: by the network and the size of the images." };
    readonly Option<string?> recipe = new("--recipe") { Description = $"How it is trained: {string.Join(", ", TrainingRecipes.All.Keys)}. Default: fine-tuning with --weights, small-images up to 64 pixels, else the library's defaults.", HelpName = "NAME" };
    readonly Option<string?> weights = new("--weights") { Description = "Weights to start from: a file, 'pretrained' for the network's best ones (fetched once), or their name.", HelpName = "FILE|pretrained" };
    readonly Option<int?> freeze = new("--freeze") { Description = "First stages that stay as the weights have them; 0 is the stem alone.", HelpName = "STAGES" };
    readonly Option<int?> seed = new("--seed") { Description = "The same seed gives the same network. Default: drawn." };
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

    /// <summary>Whether the command line names images.</summary>
    public bool HasData(CommandRun run) => run.Arguments.GetValue(data) is not null;

    /// <summary>Reads what is to be done, down to each option.</summary>
    /// <param name="run">The command's run.</param>
    /// <param name="change">What the command says of the recipe; it comes before <c>--set</c>.</param>
    /// <exception cref="CommandException">What is asked for is not there, or does not go together.</exception>
    public TrainingPlan Read(CommandRun run, Func<TrainingOptions, TrainingOptions> change)
    {
        var names = run.Value(classes) is { } file ? ModelOptions.ReadNames(file) : null;
        var path = RunConfiguration.FullPath(run.Arguments.GetValue(data) ?? throw new UsageException($"{data.Name} is missing: {data.Description}"));
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
        var seeded = training with { Seed = training.Seed ?? Random.Shared.Next() };
        return new(path, images, variant, run.Value(stem), recipeName, input, seeded, run.Value(skips) ? BadImagePolicy.Skip : BadImagePolicy.Throw, names);
    }

    static (string File, ImagePreset? Preset) StartFrom(CommandRun run, string name, ResNetVariant variant)
    {
        if (FileOf(name) is { } file)
            return (file, new FineTuningOptions { WeightsFile = file }.ReadPreset());
        var set = Named(name, variant) ?? throw new CommandException($"There are no weights '{name}': no such file, and no trained weights of that name ('resnet models --json' lists those).");
        return (ModelSource.FetchFile(set, run), set.Preset);
    }

    static string? FileOf(string name) => Directory.Exists(name) ? Path.GetFullPath(Path.Combine(name, ModelSource.ClassifierName)) : File.Exists(name) ? Path.GetFullPath(name) : null;

    static PretrainedWeights? Named(string name, ResNetVariant variant) => name.Equals(Pretrained, StringComparison.OrdinalIgnoreCase) ? PretrainedWeights.DefaultFor(variant)
        : PretrainedWeights.TryFind(name, out var found) ? found
        : null;

    /// <summary>Compares what the command line says with the training that it goes on with; what is not given is not compared.</summary>
    public void Compare(CommandRun run, Contradictions with)
    {
        var saved = with.Saved;
        with.ComparePath(data.Name, run.Arguments.GetValue(data), saved.Data);
        with.Compare(model.Name, run.Value(model)?.Name, saved.Model);
        with.Compare(stem.Name, run.Value(stem), saved.Stem);
        with.Compare(recipe.Name, run.Value(recipe), saved.Recipe);
        with.Compare(freeze.Name, run.Value(freeze), saved.Training.FineTuning?.FrozenStages);
        with.Compare(seed.Name, run.Value(seed), saved.Training.Seed);
        with.Compare(skips.Name, run.Value(skips) ? BadImagePolicy.Skip : null, saved.OnBadImage);
        if (run.Value(weights) is { } name)
        {
            var start = saved.Training.FineTuning?.WeightsFile;
            if (FileOf(name) is null && Named(name, saved.Variant) is { } named)
                with.Compare(weights.Name, named.FileName, Path.GetFileName(start)); // wherever the files that were fetched lie
            else
                with.ComparePath(weights.Name, FileOf(name) ?? name, start);
        }
        if (run.Value(preset) is { } wanted)
            with.Compare(preset.Name, OptionText.Line(new ModelSettings(Preset: ImagePresets.Find(wanted), Size: run.Value(size)).Apply(saved.Preset)), OptionText.Line(saved.Preset));
        if (run.Value(size) is { } side)
            with.Compare(size.Name, $"{side}×{side}", $"{saved.Preset.Width}×{saved.Preset.Height}");
        if (run.Value(classes) is { } list && PublishedImages.IsAt(saved.Data))
            with.Compare(classes.Name, string.Join(", ", ModelOptions.ReadNames(list)), string.Join(", ", saved.Classes));
        foreach (var assignment in run.Value(set)!)
            with.CompareOption(set.Name, assignment);
    }
}
