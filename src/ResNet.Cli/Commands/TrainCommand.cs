using System.CommandLine;
using Microsoft.ML;
using ResNet.Cli.Loading;
using ResNet.Cli.Training;
using ResNet.MLNet;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet train DATA --out DIR</c>: a network, trained on labelled images.</summary>
static class TrainCommand
{
    public static Command Create()
    {
        var arguments = new RunArguments();
        var command = new ToolCommand(
            "train", "Trains a network on labelled images. Ctrl-C stops it and keeps the checkpoint of the last whole epoch.",
            "resnet train photos --model resnet18 --out runs/photos --validation 0.1",
            "resnet train photos --model resnet50 --weights pretrained --freeze 2 --epochs 5 --out runs/tuned --set Optimizer.LearningRate=0.01",
            "resnet train --resume --out runs/photos");
        arguments.AddTo(command);
        return command.Runs(run =>
        {
            var folder = arguments.Folder(run);
            Train(run, arguments.Read(run, folder), folder);
        });
    }

    static void Train(CommandRun run, TrainingPlan plan, RunFolder folder)
    {
        var mlContext = new MLContext(plan.Training.Seed);
        if (run.Value(CommonOptions.Verbose))
            mlContext.Log += (_, log) => run.Output.Note(log.Message);
        var rows = ImageRows.Of(mlContext, plan.Images, plan.Images.ClassNames);
        var (held, fraction) = Validation(mlContext, plan);
        folder.Begin(plan);
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
                view = new TrainingView(run.Output, progress, plan.Trained);
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

    static (IDataView? Rows, double? Fraction) Validation(MLContext mlContext, TrainingPlan plan)
    {
        var validation = plan.Validation;
        if (RunArguments.Share(validation) is { } share)
        {
            return plan.HeldBack > 0
                ? (null, share)
                : throw new CommandException($"--validation {validation} can hold nothing back: no class of {plan.Images.Title} has two images, of which one stays for training. Name other images to measure on, or leave it out.");
        }
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
                Images = plan.Trained,
                plan.HeldBack,
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
        run.Output.Line(FormattableString.Invariant($"{plan.Variant}: {Counted.Of(last.Epoch, "epoch")}, loss {last.TrainingLoss:F4}, accuracy {last.TrainingAccuracy:F4}") +
            (best?.ValidationAccuracy is { } accuracy ? FormattableString.Invariant($"; best epoch {best.Epoch} with validation accuracy {accuracy:F4}") : ""));
        run.Output.Line($"{folder.Classifier}\n{folder.Zip}");
    }
}
