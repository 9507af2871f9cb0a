// Runs each command of docs/command-line.md and writes what it answers below it: dotnet run docs/transcripts.cs -- FOLDER [PAGE]
// FOLDER is where the commands run. It holds photos (46 photographs of ImageNet), cifar10 (train and test, CLASS/NNNN.jpg in each), fashion-mnist (the four files of Debian's package
// dataset-fashion-mnist), reference (values of PyTorch, see docs/verify.md), cifar-resnet20.th (a PyTorch checkpoint) and cifar10.txt (the names of its classes).
// First: dotnet build -c Release src/ResNet.Cli

#:property PublishAot=false

using System.Diagnostics;
using System.Text.RegularExpressions;

if (args.Length == 0)
{
    Console.Error.WriteLine("In which folder? dotnet run docs/transcripts.cs -- FOLDER [PAGE]");
    return 1;
}
var (folder, page) = (args[0], args.ElementAtOrDefault(1) ?? "docs/command-line.md");
var tool = Path.GetFullPath("src/ResNet.Cli/bin/Release/net10.0/ResNet.Cli.dll");
if (!File.Exists(tool))
{
    Console.Error.WriteLine($"There is no {tool}. Build it first: dotnet build -c Release src/ResNet.Cli");
    return 1;
}
if (Directory.Exists(Path.Combine(folder, "runs")))
    Directory.Delete(Path.Combine(folder, "runs"), recursive: true); // a training does not overwrite one

var text = Regex.Replace(File.ReadAllText(page), @"(?<=^```console\n).*?(?=^```$)", block => string.Concat(Commands(block.Value).Select(Answered)), RegexOptions.Multiline | RegexOptions.Singleline);
File.WriteAllText(page, text);
return 0;

static IEnumerable<string> Commands(string block) => block.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => line[2..]);

string Answered(string command)
{
    Console.WriteLine(command);
    var start = new ProcessStartInfo("bash", ["-c", $"resnet() {{ dotnet '{tool}' \"$@\"; }}\n{{ {command}; }} 2>&1"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
    using var process = Process.Start(start)!;
    var lines = process.StandardOutput.ReadToEnd().Split('\n').Select(line => line.TrimEnd()).ToList();
    process.WaitForExit();
    lines.RemoveAll(line => line.Contains(" left, ", StringComparison.Ordinal)); // progress on its way: a terminal has a bar there
    var told = lines.SkipWhile(line => line.Length == 0).Reverse().SkipWhile(line => line.Length == 0).Reverse();
    return string.Concat(told.Prepend($"$ {command}").Select(line => $"{line}\n"));
}
