using System.CommandLine;
using ResNet.Cli.Loading;
using ResNet.Cli.Training;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet export MODEL OUT</c>: a model in another form.</summary>
static class ExportCommand
{
    const string Forms = ".onnx, .pt (TorchScript), .zip (ML.NET) or .safetensors";

    sealed record Exported(string File, string Format, string Model, int Classes, long Bytes);

    public static Command Create()
    {
        var model = new ModelOptions();
        var output = new Argument<string>("OUT") { Description = $"The file, whose extension says its form: {Forms}." };
        output.Validators.Add(result =>
        {
            if (FormatOf(result.GetValueOrDefault<string>()!) is null)
                result.AddError($"'{result.GetValueOrDefault<string>()}' has no extension that says its form: {Forms} is expected.");
        });
        var input = new Option<ExportInput?>("--input") { Description = "What an .onnx or .pt file takes. Default: normalised images, as torchvision's networks." };
        var gives = new Option<ExportOutput?>("--output") { Description = "What an .onnx or .pt file gives. Default: logits." };
        var batch = new Option<int?>("--batch") { Description = "Images that an .onnx file takes at once, for runtimes that want a fixed number. Default: as many as come.", HelpName = "N" };
        batch.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError($"{batch.Name} must be at least 1 (received {result.GetValueOrDefault<int?>()}).");
        });
        var command = new ToolCommand(
            "export", "Writes a model in another form: for ONNX Runtime, libtorch, ML.NET, or this library.",
            "resnet export runs/flowers flowers.onnx --input InterleavedBytes --output Probabilities",
            "resnet export resnet50.pth resnet50.zip --model resnet50 --classes imagenet.txt");
        model.AddTo(command);
        command.Add(output);
        command.Add(input);
        command.Add(gives);
        command.Add(batch);
        return command.Runs(run =>
        {
            var path = run.Required(output);
            var isGraph = FormatOf(path) is "onnx" or "torchscript";
            foreach (var (option, isGiven) in new (Option, bool)[] { (input, run.Value(input) is not null), (gives, run.Value(gives) is not null) })
            {
                if (isGiven && !isGraph)
                    throw new UsageException($"{option.Name} is for .onnx and .pt files: {path} takes images and gives probabilities as this library does. Leave it out, or name a file of those forms.");
            }
            if (run.Value(batch) is not null && FormatOf(path) != "onnx")
                throw new UsageException($"{batch.Name} is for .onnx files: {path} takes as many images as come.");
            Export(run, model, path, new() { Input = run.Value(input) ?? ExportInput.Normalized, Output = run.Value(gives) ?? ExportOutput.Logits, BatchSize = run.Value(batch) });
        });
    }

    static string? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".ONNX" => "onnx",
        ".PT" => "torchscript",
        ".ZIP" => "ml.net",
        ".SAFETENSORS" => "safetensors",
        _ => null,
    };

    static void Export(CommandRun run, ModelOptions options, string path, OnnxExportOptions what)
    {
        using var model = options.Load(run);
        var classifier = model.Classifier
            ?? throw new CommandException($"{model.Title} is an exported model, which goes into no other form. Export the classifier that it was made of (.safetensors, or the weights).");
        if (!model.HasClassNames)
            run.Output.Note($"{model.Title} names no classes: they are called 0 to {model.ClassNames.Count - 1}. --classes names them.");
        var format = FormatOf(path)!;
        switch (format)
        {
            case "onnx": classifier.ExportOnnx(path, what); break;
            case "torchscript": classifier.ExportTorchScript(path, new() { Input = what.Input, Output = what.Output }); break;
            case "ml.net":
                ModelFiles.SaveZip(classifier, path);
                if (!ModelFiles.ResizesLike(classifier.Preset))
                    run.Output.Note($"{path} resizes images as ML.NET does: its scores differ a little from the other forms'.");
                break;
            default: classifier.Save(path); break;
        }
        var bytes = new FileInfo(path).Length;
        if (run.Output.IsJson)
            run.Output.Json(new Exported(path, format, classifier.Network.Variant.Name, classifier.ClassNames.Count, bytes));
        else
            run.Output.Line(FormattableString.Invariant($"{path}: {classifier.Network.Variant}, {Counted.Of(classifier.ClassNames.Count, "class", "classes")}, {bytes / 1e6:F1} MB"));
    }
}
