// What this library takes against what there is besides: dotnet run -c Release --project bench/ResNet.Benchmarks -- ROW …
// From the repository's folder. Without a row: all of them, in half an hour on two cores; nothing else should run meanwhile.

using System.CommandLine;
using System.Text.Json;
using ResNet.Benchmarks.Rows;
using ResNet.Benchmarks.Sides;
using ResNet.Results.Data;
using ResNet.Torch;

var rows = new Argument<string[]>("rows")
{
    Description = $"Which to run; all when left out.\n{string.Join('\n', Row.All.Select(row => $"{row.Name}: {row.Description}"))}",
    Arity = ArgumentArity.ZeroOrMore,
};
rows.AcceptOnlyFromAmong([.. Row.All.Select(row => row.Name), "all"]);
var rounds = new Option<int?>("--rounds") { Description = "Other rounds than the row's." };
var images = new Option<int?>("--images") { Description = "Other images in a round than the row's, for every side." };
var networks = new Option<string[]>("--networks") { Description = "Networks at 224 pixels.", DefaultValueFactory = _ => ["resnet18", "resnet50"], AllowMultipleArgumentsPerToken = true };
var photos = new Option<DirectoryInfo>("--photos") { Description = "Folder of JPEG files, which rows repeat. 1,000 are drawn into artifacts when left out." };
var fashion = new Option<DirectoryInfo>("--fashion-mnist") { Description = "Folder with Fashion-MNIST's four idx files (.gz).", DefaultValueFactory = _ => new(FashionMnist.DebianFolder) };
var output = new Option<DirectoryInfo>("--out") { Description = "Where the results go, as markdown and CSV.", DefaultValueFactory = _ => new("bench/results") };
foreach (var number in new[] { rounds, images })
{
    number.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int?>() < 2)
            result.AddError($"{number.Name} must be at least 2.");
    });
}
networks.Validators.Add(result =>
{
    foreach (var name in result.Tokens.Select(token => token.Value).Where(name => !ResNetVariant.TryFind(name, out _)))
        result.AddError($"There is no network named '{name}'. There are: {string.Join(", ", ResNetVariant.All)}.");
});
photos.AcceptExistingOnly();

var command = new RootCommand("Measures this library against what there is besides.") { rows, rounds, images, networks, photos, fashion, output };
command.SetAction(arguments =>
{
    var chosen = arguments.GetValue(rows)!;
    var options = new BenchmarkOptions(
        arguments.GetValue(networks)!, arguments.GetValue(rounds), arguments.GetValue(images), arguments.GetValue(photos)?.FullName, arguments.GetValue(fashion)!.FullName,
        new(Directory.CreateDirectory(arguments.GetValue(output)!.FullName).FullName), Told(args));
    var failed = 0;
    foreach (var row in Row.All.Where(row => chosen is [] or ["all"] || chosen.Contains(row.Name)))
    {
        try
        {
            Console.WriteLine($"{row.Name}: {row.Description}");
            row.Run(options);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException)
        {
            Console.Error.WriteLine($"{row.Name} failed: {e.Message}");
            failed++;
        }
    }
    return failed == 0 ? 0 : 1;
});

// A folder's place on one machine is nobody else's.
static string Told(string[] args) => string.Join(' ', ["dotnet run -c Release --project bench/ResNet.Benchmarks --", .. args.Select(arg => Path.IsPathRooted(arg) ? "FOLDER" : arg)]);

var side = new Command(SideProcess.Command, "The process of one side.") { Hidden = true };
var settings = new Argument<string>("settings");
side.Add(settings);
side.SetAction(arguments => SideHost.Run(JsonSerializer.Deserialize<SideSettings>(arguments.GetValue(settings)!)!));
command.Add(side);
return command.Parse(args).Invoke();
