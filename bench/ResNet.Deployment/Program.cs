// What each form of a saved network takes, and what a program that only scores takes with libtorch and with ONNX Runtime alone.
// From the repository's folder: dotnet run -c Release --project bench/ResNet.Deployment -- --out FOLDER

using System.CommandLine;
using ResNet.Deployment;
using ResNet.Torch;

var output = new Option<DirectoryInfo>("--out") { Description = "Where files and programs go: 1 GB, which stays.", DefaultValueFactory = _ => new("artifacts/deployment") };
var variants = new Option<string[]>("--networks") { Description = "Rows of the table.", DefaultValueFactory = _ => ["resnet18", "resnet50"], AllowMultipleArgumentsPerToken = true };
var runs = new Option<int>("--runs") { Description = "Times that each form is saved and loaded.", DefaultValueFactory = _ => 5 };
var starts = new Option<int>("--starts") { Description = "Times that each program is started.", DefaultValueFactory = _ => 10 };
var command = new RootCommand("Measures saved forms, and programs that score with them.") { output, variants, runs, starts };
command.SetAction(arguments =>
{
    var folder = Directory.CreateDirectory(arguments.GetValue(output)!.FullName).FullName;
    var networks = arguments.GetValue(variants)!.Select(ResNetVariant.Find).ToList();
    SavedForms.Measure(networks, folder, arguments.GetValue(runs));
    Programs.Measure(networks, folder, arguments.GetValue(starts));
});

var first = new Command("first", "Prints one prediction: what is timed from the start of its process.");
var program = new Argument<FirstPrediction.Program>("program");
var model = new Argument<FileInfo>("model");
var image = new Argument<FileInfo>("image");
first.Add(program);
first.Add(model);
first.Add(image);
first.SetAction(arguments => Console.WriteLine(FirstPrediction.Of(arguments.GetValue(program), arguments.GetValue(model)!.FullName, arguments.GetValue(image)!.FullName)));
command.Add(first);
return command.Parse(args).Invoke();
