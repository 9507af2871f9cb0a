using System.Diagnostics;
using System.Text.RegularExpressions;
using ResNet.Cli.Tests.Predicting;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Verifying;

/// <summary>docs/verify.md as a reader follows it: its scripts in PyTorch, then its commands.</summary>
[TestClass]
public sealed partial class VerifyGuideTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Verify_FilesThatTheGuidesScriptsWrite_Pass()
    {
        if (Array.Find(["/usr/bin/python3", "python3"], python => Run(python, Path.GetTempPath(), "import torch, torchvision") == 0) is not { } python)
        {
            TestContext.WriteLine("Left out: no Python here has torch and torchvision (Debian: python3-torch and python3-torchvision).");
            return;
        }
        var guide = File.ReadAllText(Path.Combine(Repository.Root!.FullName, "docs", "verify.md"));
        using var folder = new TemporaryFolder();
        using var images = new TestModel(); // for its images
        foreach (var name in new[] { "cat", "dog" })
        {
            for (var i = 0; i < 5; i++)
                File.Copy(images.Image(i, name, $"{i}.png"), folder.File("images", "test", name, $"{i}.png"));
        }
        File.Copy(images.Image(7, "photo.png"), folder.File("photos", "photo.png"));
        const string Weights = "import torch, torchvision\ntorch.manual_seed(3)\ntorch.save(torchvision.models.resnet18(num_classes=2).state_dict(), 'weights.pth')\n";
        Assert.AreEqual(0, Run(python, folder.Path, Weights + string.Join('\n', Scripts().Matches(guide).Select(script => script.Groups[1].Value))));

        var commands = Commands().Matches(guide).Select(command => command.Groups[1].Value).ToList();

        Assert.HasCount(5, commands);
        foreach (var command in commands)
        {
            string[] arguments = [.. command.Split(' ').Select(word => File.Exists(Path.Combine(folder.Path, word)) || Directory.Exists(Path.Combine(folder.Path, word)) ? Path.Combine(folder.Path, word) : word)];
            var result = Tool.Run(["verify", .. arguments]);
            TestContext.WriteLine($"{command}: {result.Output.TrimEnd().Split('\n')[^1]}");
            Assert.AreEqual(ExitCode.Success, result.ExitCode, result.Output + result.Error);
        }
    }

    int Run(string python, string folder, string script)
    {
        try
        {
            // PyTorch draws and rounds alike on any number of threads in all but the steps of training.
            var start = new ProcessStartInfo(python, ["-c", script]) { WorkingDirectory = folder, RedirectStandardError = true, Environment = { ["OMP_NUM_THREADS"] = "1" } };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                TestContext.WriteLine(error);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1; // no such program
        }
    }

    [GeneratedRegex(@"^```python\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex(@"^`resnet verify ([^`]+)`\r?$", RegexOptions.Multiline)]
    private static partial Regex Commands();
}
