using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using ResNet.Cli.Loading;
using ResNet.Cli.Training;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet train DATA --out DIR</c>: a network, trained on labelled images.</summary>
static class TrainCommand
{
    public static Command Create()
    {
        var arguments = new TrainingArguments();
        var epochs = new Option<int?>("--epochs") { Description = "Times that every image is seen. Default: the recipe's.", HelpName = "N" };
        var output = new Option<string>("--out") { Description = "The run folder, which is made: checkpoint, metrics.csv, config.json, model.safetensors and model.zip.", HelpName = "DIR", Required = true };
        var validation = new Option<string?>("--validation") { Description = "Images to measure each epoch on: a data set like DATA, or a share of DATA that is held back, as 0.1. Default: DATA's own part val, if it has one.", HelpName = "DATA|SHARE" };
        var resume = new Option<bool>("--resume") { Description = "Go on with the training in the run folder, as if it had not been stopped; the other options are to be the same." };
        var command = new ToolCommand(
            "train", "Trains a network on labelled images. Ctrl-C stops it and keeps the checkpoint of the last whole epoch.",
            "resnet train photos --model resnet18 --out runs/photos --validation 0.1",
            "resnet train photos --model resnet50 --weights pretrained --freeze 2 --epochs 5 --out runs/tuned --set Optimizer.LearningRate=0.01",
            "resnet train photos --out runs/photos --validation 0.1 --resume");
        arguments.AddTo(command);
        command.Add(epochs);
        command.Add(output);
        command.Add(validation);
        command.Add(resume);
        return command.Runs(run =>
        {
            var folder = new RunFolder(run.Value(output)!);
            if (folder.HasCheckpoint && !run.Value(resume))
                throw new CommandException($"{folder.Path} has a training already. Go on with it (--resume), or name another folder.");
            var plan = arguments.Read(run, recipe => recipe with
            {
                Epochs = run.Value(epochs) ?? recipe.Epochs,
                Checkpoints = new() { Folder = folder.Path },
            });
            Train(run, plan, folder, run.Value(validation));
        });
    }

    static void Train(CommandRun run, TrainingPlan plan, RunFolder folder, string? validation)
    {
        var mlContext = new MLContext(plan.Training.Seed);
        if (run.Value(CommonOptions.Verbose))
            mlContext.Log += (_, log) => run.Output.Note(log.Message);
        var rows = ImageRows.Of(mlContext, plan.Images, plan.Images.ClassNames);
        var (held, fraction) = Validation(mlContext, plan, validation);
        folder.Begin(plan, validation);
        run.Output.Note($"Training {plan.Describe()}");

        using var model = Fit(run, plan, folder, mlContext, rows, held, fraction);
        var classifier = model.Classifier;
        model.Save(folder.Classifier);
        ModelFiles.SaveZip(classifier, folder.Zip);
        Tell(run, plan, folder, classifier);
    }

    static ResNetClassifierTransformer Fit(CommandRun run, TrainingPlan plan, RunFolder folder, MLContext mlContext, IDataView rows, IDataView? held, double? fraction)
    {
        TrainingView? view = null;
        try
        {
            return run.Output.Follow("Training", "images", progress =>
            {
                view = new TrainingView(run.Output, progress, plan.Images.Images.Count);
                var options = plan.Options(held, fraction, TrainingProgress.ToAll(view, new MetricsCsv(folder.Metrics)), run.Cancellation);
                return mlContext.Transforms.ResNetClassifier(options).Fit(rows);
            });
        }
        catch (OperationCanceledException)
        {
            run.Output.Note(view?.Last is { } epoch ? $"The checkpoint of epoch {epoch.Epoch} is in {folder.Path}; --resume goes on from it." : $"No epoch was finished; {folder.Path} has the training's start.");
            throw;
        }
    }

    static (IDataView? Rows, double? Fraction) Validation(MLContext mlContext, TrainingPlan plan, string? validation)
    {
        if (double.TryParse(validation, NumberStyles.Float, CultureInfo.InvariantCulture, out var share))
            return share is > 0 and < 1 ? (null, share) : throw new UsageException($"--validation takes a share above 0 and below 1, or a data set (received {validation}).");
        var data = validation is not null ? DataSource.TryLoad(validation, DataPart.Validation, plan.ClassNames) ?? DataSource.Load(validation, DataPart.Test, plan.ClassNames)
            : DataSource.IsDivided(plan.DataPath) ? DataSource.TryLoad(plan.DataPath, DataPart.Validation, plan.ClassNames)
            : null;
        if (data is not null && ImageRows.ColumnOf(data) != ImageRows.ColumnOf(plan.Images))
            throw new CommandException($"{plan.DataPath} and {validation} are not of one kind: image files, or a published set.");
        return (data is null ? null : ImageRows.Of(mlContext, data, plan.Images.ClassNames), null);
    }

    static void Tell(CommandRun run, TrainingPlan plan, RunFolder folder, ImageClassifier classifier)
    {
        var last = classifier.History[^1];
        var best = classifier.History.MaxBy(epoch => epoch.ValidationAccuracy);
        if (!ModelFiles.ResizesLike(plan.Preset))
            run.Output.Note($"{folder.Zip} resizes images as ML.NET does, not as {folder.Classifier}: their scores differ a little.");
        if (run.Output.IsJson)
        {
            run.Output.Json(new
            {
                Event = "trained",
                Model = plan.Variant.Name,
                Folder = folder.Path,
                plan.Training.Seed,
                Epochs = last.Epoch,
                last.TrainingLoss,
                last.TrainingAccuracy,
                BestEpoch = best?.ValidationAccuracy is null ? null : (int?)best.Epoch,
                best?.ValidationAccuracy,
                Classifier = folder.Classifier,
                folder.Zip,
            });
            return;
        }
        run.Output.Line(FormattableString.Invariant($"{plan.Variant}: {last.Epoch} epochs, loss {last.TrainingLoss:F4}, accuracy {last.TrainingAccuracy:F4}") +
            (best?.ValidationAccuracy is { } accuracy ? FormattableString.Invariant($"; best epoch {best.Epoch} with validation accuracy {accuracy:F4}") : ""));
        run.Output.Line($"{folder.Classifier}\n{folder.Zip}");
    }
}
