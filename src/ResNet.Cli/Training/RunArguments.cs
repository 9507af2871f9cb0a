using System.CommandLine;
using System.Globalization;

namespace ResNet.Cli.Training;

/// <summary>The options of a training that leaves a run folder, and goes on from one.</summary>
sealed class RunArguments
{
    readonly TrainingArguments arguments = new(needsData: false);
    readonly Option<int?> epochs = new("--epochs") { Description = "Times that every image is seen. Default: the recipe's.", HelpName = "N" };
    readonly Option<string> output = new("--out") { Description = "The run folder, which is made: checkpoint, metrics.csv, config.json, model.safetensors and model.zip.", HelpName = "DIR", Required = true };
    readonly Option<string?> validation = new("--validation") { Description = "Images to measure each epoch on: a data set like DATA, or a share of DATA that is held back, as 0.1. Default: DATA's own part val, if it has one.", HelpName = "DATA|SHARE" };
    readonly Option<bool> resume = new("--resume") { Description = "Go on with the training in the run folder, as if it had not been stopped: its config.json says what it is, and no other option is needed. Where there is none yet, it begins." };

    /// <summary>Adds argument and options to a command.</summary>
    public void AddTo(Command command)
    {
        arguments.AddTo(command);
        foreach (var option in (IEnumerable<Option>)[epochs, output, validation, resume])
            command.Add(option);
    }

    /// <summary>The run folder.</summary>
    /// <exception cref="CommandException">It has a training, which the command line does not say to go on with.</exception>
    public RunFolder Folder(CommandRun run)
    {
        var folder = new RunFolder(run.Value(output)!);
        return folder.HasCheckpoint && !run.Value(resume)
            ? throw new CommandException($"{folder.Path} has a training already. Go on with it (--resume), or name another folder.")
            : folder;
    }

    /// <summary>What is to be done: what the command line asks for, or what the folder says.</summary>
    /// <exception cref="CommandException">What is asked for is not there, does not go together, or is another training than the folder's.</exception>
    public TrainingPlan Read(CommandRun run, RunFolder folder) => run.Value(resume) && (folder.HasConfiguration || folder.HasCheckpoint) ? Saved(run, folder) : Asked(run, folder);

    /// <summary>The share of the images that <c>--validation</c> holds back; null where it names images.</summary>
    public static double? Share(string? validation) => double.TryParse(validation, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) ? share : null;

    TrainingPlan Asked(CommandRun run, RunFolder folder)
    {
        if (run.Value(resume) && !arguments.HasData(run))
            throw new UsageException($"There is no training in {folder.Path} to go on with: it has no {Path.GetFileName(folder.Configuration)}. Name the folder of one, or say what to train on.");
        var held = run.Value(validation);
        if (held is not null && Share(held) is { } share and not (> 0 and < 1))
            throw new UsageException($"{validation.Name} takes a share above 0 and below 1, or a data set (received {held}).");
        var plan = arguments.Read(run, recipe => recipe with
        {
            Epochs = run.Value(epochs) ?? recipe.Epochs,
            Checkpoints = new() { Folder = folder.Path },
        });
        return plan with { Validation = held is null || Share(held) is not null ? held : RunConfiguration.FullPath(held) };
    }

    TrainingPlan Saved(CommandRun run, RunFolder folder)
    {
        if (!folder.HasConfiguration)
            throw new CommandException($"{folder.Path} has a checkpoint, but no {Path.GetFileName(folder.Configuration)} that says what it is of. Bring the file back, or train anew in another folder.");
        var saved = RunConfiguration.Read(folder.Configuration);
        var contradictions = new Contradictions(saved);
        arguments.Compare(run, contradictions);
        contradictions.Compare(epochs.Name, run.Value(epochs), saved.Training.Epochs);
        if (Share(run.Value(validation)) is { } share)
            contradictions.Compare(validation.Name, share, Share(saved.Validation) ?? (object?)saved.Validation);
        else
            contradictions.ComparePath(validation.Name, run.Value(validation), saved.Validation);
        contradictions.RequireNone(folder.Configuration);
        return saved.Plan(folder.Path);
    }
}
