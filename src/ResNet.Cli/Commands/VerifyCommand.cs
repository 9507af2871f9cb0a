using System.CommandLine;
using ResNet.Cli.Verifying;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet verify</c>: this build beside values that PyTorch gave.</summary>
static class VerifyCommand
{
    static readonly Argument<FileInfo> reference = new("REFERENCE.json")
    {
        Description = "Values of PyTorch and torchvision: seeded networks, resized images, prepared photographs, steps of training, or a trained network on images. What the file has tells its kind; docs/verify.md has short scripts that write such files.",
    };

    static readonly Option<DirectoryInfo?> files = new("--files") { HelpName = "DIR", Description = "The folder in which the names of the reference's images begin; needed for photographs and for a trained network." };

    static readonly Option<FileInfo?> weights = new("--weights") { HelpName = "FILE", Description = "The weight file of the reference's network; needed for a trained network." };

    public static Command Create() => new ToolCommand(
        "verify", "Computes what a file of reference values holds, and compares. Ends with 0 where each entry is inside its tolerance, with 1 where one is not, with 2 where the file holds no such values or an input is missing.",
        "resnet verify torchvision-seed0.json", "resnet verify photos-preprocess.json --files photos --json", "resnet verify cifar-resnet20.json --weights cifar-resnet20.th --files cifar10")
    {
        reference, files, weights,
    }.Runs(run => Task.FromResult(Verify(run)));

    static int Verify(CommandRun run)
    {
        var report = new VerificationReport(run.Output);
        var inputs = new VerifyInputs(run.Value(files)?.ToString(), run.Value(weights)?.ToString());
        foreach (var entry in ReferenceFile.Open(run.Required(reference).ToString()).Verify(inputs, run.Cancellation))
            report.Add(entry);
        report.End();
        return report.Failed == 0 ? ExitCode.Success : ExitCode.Failed;
    }
}
