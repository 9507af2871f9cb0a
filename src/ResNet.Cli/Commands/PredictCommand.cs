using System.CommandLine;
using ResNet.Cli.Loading;
using ResNet.Cli.Predicting;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet predict</c>: the classes of images, from paths or from a stream of them.</summary>
static class PredictCommand
{
    static readonly Argument<string[]> paths = new("PATH")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = """
            Image files; folders, whose image files are scored in the order of their names, those of folders in them too; or - for paths on standard input, one on each line in UTF-8, for as long as they come.
            For - the results are JSON, a line for each path in the order that they came: {"path", "label", "score", "top": [{"label", "score"}, …]}, or {"path", "error"} for an image that cannot be read. An answer does not wait for further paths, so that a program may write one and read the answer.
            """,
    };

    static readonly Option<int> top = new("--top") { HelpName = "N", DefaultValueFactory = _ => 5, Description = "How many classes of each image are told, the likeliest first." };

    static readonly Option<string?> shard = new("--shard") { HelpName = "I/N", Description = "Scores every Nth path from the Ith on, from 1/N to N/N: N processes with the same paths share the work." };

    static readonly Option<int?> batch = new("--batch") { HelpName = "N", Description = "Most images that go through the network together. Default: by their size." };

    public static Command Create()
    {
        var model = new ModelOptions();
        var command = new ToolCommand(
            "predict", "Tells the classes of images. An image that cannot be read is a result too, with its error: the exit code is 0 when every path has its result.",
            "resnet predict runs/flowers photo.jpg", "resnet predict model.onnx photos --top 1 --json", "resnet predict weights.th --model resnet20 - --shard 1/4");
        model.AddTo(command);
        command.Add(paths);
        foreach (var option in (IEnumerable<Option>)[top, shard, batch])
            command.Add(option);
        return command.Runs(run => Predict(run, model));
    }

    static async Task<int> Predict(CommandRun run, ModelOptions options)
    {
        var (arguments, part) = (run.Required(paths), Shard.Parse(run.Value(shard)));
        var (classes, images) = (AtLeastOne(top, run.Value(top)), AtLeastOne(batch, run.Value(batch)));
        using var model = options.Load(run);
        var writer = new PredictionWriter(run.Output, run.Output.IsJson || arguments.Contains(ImagePaths.StandardInput), model.ClassNames, classes!.Value);
        await foreach (var scores in model.ScoreFilesAsync(part.Of(ImagePaths.Of(arguments, Console.OpenStandardInput)), images, run.Cancellation))
        {
            writer.Write(scores);
            if (StandardOutput.IsClosed)
                return ExitCode.Success;
        }
        if (writer.Errors > 0)
            run.Output.Note($"{writer.Errors} of {Counted.Of(writer.Images, "image")} could not be scored; {(writer.Errors == 1 ? "its result says" : "their results say")} why.");
        return ExitCode.Success;
    }

    static int? AtLeastOne(Option option, int? value) => value is null or >= 1 ? value : throw new UsageException($"{option.Name} must be at least 1 (received {value}).");
}
