using System.CommandLine;
using ResNet.Cli.Loading;
using ResNet.Cli.Output;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet evaluate MODEL DATA</c>: how a model does on labelled images.</summary>
static class EvaluateCommand
{
    const int ReportEvery = 64;

    public static Command Create()
    {
        var model = new ModelOptions();
        var data = new Argument<string>("DATA") { Description = DataSource.Description };
        var part = new Option<DataPart>("--part") { Description = "Which part of a data set that is divided. Default: test.", DefaultValueFactory = _ => DataPart.Test };
        var skips = new Option<bool>("--skip-bad") { Description = "Leave images out that cannot be decoded, and say how many, rather than fail." };
        var command = new ToolCommand(
            "evaluate", "Measures a model on labelled images: top-1, top-5, loss, precision and recall of each class, confusion.",
            "resnet evaluate runs/flowers photos", "resnet evaluate resnet20.th cifar-10-binary.tar.gz --model resnet20 --json");
        model.AddTo(command);
        command.Add(data);
        command.Add(part);
        command.Add(skips);
        return command.Runs(run => Evaluate(run, model, run.Required(data), run.Value(part), run.Value(skips)));
    }

    static void Evaluate(CommandRun run, ModelOptions options, string path, DataPart part, bool skips)
    {
        var data = DataSource.Load(path, part);
        using var model = options.Load(run);
        var labels = data.LabelsFor(model);
        // Classes that nobody named have the data's names, as they go together by their places.
        var metrics = new ClassificationMetrics(model.HasClassNames ? model.ClassNames : data.ClassNames.Count == model.ClassNames.Count ? data.ClassNames : model.ClassNames);
        var bad = run.Output.Follow("Scoring", "images", progress => Score(run, model, data, labels, metrics, skips, progress));
        if (metrics.Count == 0)
            throw new CommandException($"None of the {data.Images.Count} images of {data.Title} could be scored.");
        if (bad > 0)
            run.Output.Note($"{bad} of {Counted.Of(data.Images.Count, "image")} {(bad == 1 ? "was" : "were")} left out.");
        EvaluationReport.Write(run.Output, model, data, metrics, bad);
    }

    static int Score(CommandRun run, LoadedModel model, ImageData data, IReadOnlyList<int> labels, ClassificationMetrics metrics, bool skips, IProgress<WorkProgress> progress)
    {
        var bad = 0;
        progress.Report(new(0, data.Images.Count));
        foreach (var (place, image) in model.Score(data.Images, run.Cancellation).Index())
        {
            if (image.Scores is { } scores)
                metrics.Add(scores, labels[place]);
            else if (skips)
                bad++;
            else
                throw new CommandException($"{image.Path}: {image.Error}. Leave such images out with --skip-bad.");
            if ((place + 1) % ReportEvery == 0 || place + 1 == data.Images.Count)
                progress.Report(new(place + 1, data.Images.Count, metrics.Count == 0 ? "" : FormattableString.Invariant($"accuracy {metrics.Accuracy:F4}, loss {metrics.Loss:F4}")));
        }
        return bad;
    }
}
