using System.CommandLine;
using Microsoft.ML;
using ResNet.Cli.Output;
using ResNet.Cli.Training;
using ResNet.Torch;
using ResNet.Torch.Weights;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet find-lr DATA</c>: a learning-rate range test.</summary>
static class FindLearningRateCommand
{
    public static Command Create()
    {
        var arguments = new TrainingArguments();
        var lowest = new Option<double>("--lowest") { Description = "First rate.", DefaultValueFactory = _ => 1e-5 };
        var highest = new Option<double>("--highest") { Description = "Last rate.", DefaultValueFactory = _ => 10 };
        var steps = new Option<int>("--steps") { Description = "Steps, each with a batch and a higher rate; at least 10.", DefaultValueFactory = _ => 100 };
        var output = new Option<string?>("--out") { Description = "A file for the curve: a picture (.png), or its points (.csv).", HelpName = "FILE" };
        output.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } path && !IsPicture(path) && !IsTable(path))
                result.AddError($"--out takes a .png or .csv file (received '{path}').");
            else if (result.GetValueOrDefault<string?>() is { } file && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
                result.AddError($"--out names a file in {folder}, which is not there. Create that folder first.");
        });
        var command = new ToolCommand(
            "find-lr", "Tries rising learning rates for some steps (Smith 2015) and suggests one; nothing is kept of the network.",
            "resnet find-lr photos --model resnet18 --out curve.png");
        arguments.AddTo(command);
        command.Add(lowest);
        command.Add(highest);
        command.Add(steps);
        command.Add(output);
        return command.Runs(run =>
        {
            if (run.Value(steps) < 10 || !(run.Value(lowest) > 0 && run.Value(lowest) < run.Value(highest) && double.IsFinite(run.Value(highest))))
                throw new UsageException($"--steps is at least 10, and --lowest above 0 and below --highest (received {run.Value(steps)}, {run.Value(lowest)} and {run.Value(highest)}).");
            var plan = arguments.Read(run, recipe => recipe);
            Show(run, plan, Find(run, plan, run.Value(lowest), run.Value(highest), run.Value(steps)), run.Value(output));
        });
    }

    static bool IsPicture(string path) => Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);

    static bool IsTable(string path) => Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);

    static LearningRateCurve Find(CommandRun run, TrainingPlan plan, double lowest, double highest, int steps)
    {
        var mlContext = new MLContext(plan.Training.Seed);
        var rows = ImageRows.Of(mlContext, plan.Images, plan.Images.ClassNames);
        return run.Output.Follow("Finding the learning rate", "steps", progress =>
            mlContext.Transforms.ResNetClassifier(plan.Options(null, null, new Steps(progress), run.Cancellation)).FindLearningRate(rows, lowest, highest, steps));
    }

    /// <summary>Tells what was found, and then writes the curve: what cannot be written takes no result with it.</summary>
    static void Show(CommandRun run, TrainingPlan plan, LearningRateCurve curve, string? path)
    {
        if (run.Output.IsJson)
        {
            foreach (var point in curve.Points)
                run.Output.Json(point);
            run.Output.Json(new { curve.Suggestion, Option = $"{nameof(TrainingOptions.Optimizer)}.{nameof(OptimizerOptions.LearningRate)}", plan.Training.Seed, File = path });
        }
        else
        {
            run.Output.Line(curve.Suggestion is { } rate
                ? FormattableString.Invariant($"Suggested learning rate {rate:G3}: --set {nameof(TrainingOptions.Optimizer)}.{nameof(OptimizerOptions.LearningRate)}={rate:G3}")
                : "No learning rate made the loss fall. Try more steps, or other rates.");
        }
        if (path is null)
            return;
        if (IsTable(path))
            curve.SaveCsv(path);
        else
            AtomicFile.Write(path, file => ChartLibrary.Save(curve, file));
        if (!run.Output.IsJson)
            run.Output.Line(path);
    }

    sealed class Steps(IProgress<WorkProgress> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            progress.Report(new(value.Step, value.StepsPerEpoch, FormattableString.Invariant($"rate {value.LearningRate:G3}, loss {value.Loss:F4}")));
    }
}
