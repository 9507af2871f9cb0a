using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.Deployment;

/// <summary>Programs that score one image: seconds from the start of the process to its prediction, and bytes on the disk.</summary>
static class Programs
{
    sealed record Scoring(string Name, string Folder, string[] Arguments)
    {
        public List<double> Seconds { get; } = [];
    }

    public static void Measure(IReadOnlyList<ResNetVariant> variants, string folder, int starts)
    {
        var withLibtorch = Published("bench/ResNet.Deployment", Path.Combine(folder, "programs", "libtorch"));
        var withOnnxRuntime = Published("examples/score.cs", Path.Combine(folder, "programs", "onnxruntime"));
        var (image, pixels) = WriteImage(folder);
        Console.WriteLine($"""

            From the start of a process to its first prediction, each program {starts} times in turn; medians. The ratio is to the first of a pair.

            | network | program | seconds | ratio | MB on the disk |
            |---|---|---:|---:|---:|
            """);
        foreach (var variant in variants)
        {
            var (zip, safetensors, onnx) = (SavedForms.PathOf(folder, variant, SavedForms.Zip), SavedForms.PathOf(folder, variant, SavedForms.SafeTensors), SavedForms.PathOf(folder, variant, SavedForms.Bytes));
            Scoring[] programs =
            [
                First("ML.NET and libtorch (ResNetScorer)", FirstPrediction.Program.MLNet, safetensors, image),
                new("ML.NET and ONNX Runtime (examples/score.cs)", withOnnxRuntime, ["score.dll", zip, image]),
                First("libtorch (ImageClassifier)", FirstPrediction.Program.Classifier, safetensors, pixels),
                First("ONNX Runtime (InferenceSession)", FirstPrediction.Program.Session, onnx, pixels),
            ];
            for (var start = 0; start <= starts; start++)
            {
                foreach (var program in programs)
                {
                    var seconds = SecondsToFirstLine(program);
                    if (start > 0) // the first reads the disk
                        program.Seconds.Add(seconds);
                }
            }
            foreach (var (program, index) in programs.Select((program, index) => (program, index)))
            {
                var ratio = program.Seconds.Median() / programs[index - index % 2].Seconds.Median();
                var size = index < 2 ? string.Create(CultureInfo.InvariantCulture, $"{Bytes(program.Folder) / 1e6:F0}") : "";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {variant} | {program.Name} | {program.Seconds.Median():F2} | {ratio:F2} | {size} |"));
            }
        }

        Scoring First(string name, FirstPrediction.Program program, string model, string input) =>
            new(name, withLibtorch, ["ResNet.Deployment.dll", "first", $"{program}", model, input]);
    }

    /// <summary>Publishes a program for this machine as one is taken elsewhere, without the runtime.</summary>
    static string Published(string project, string folder)
    {
        if (!Path.Exists(project))
            throw new FileNotFoundException($"There is no {project} here. Run this from the repository's folder.");
        var start = new ProcessStartInfo("dotnet", ["publish", project, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--no-self-contained", "-o", folder]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? folder : throw new InvalidOperationException($"{project} was not published:\n{output}");
    }

    static double SecondsToFirstLine(Scoring program)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(program.Folder, program.Arguments[0]), .. program.Arguments[1..]]) { RedirectStandardOutput = true };
        var time = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var line = process.StandardOutput.ReadLine();
        var seconds = time.Elapsed.TotalSeconds;
        process.WaitForExit();
        return line is not null && process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"{program.Name} ended with exit code {process.ExitCode} and without a prediction.");
    }

    /// <summary>A photograph's size of noise as JPEG, and as many raw pixels as the network takes.</summary>
    static (string Image, string Pixels) WriteImage(string folder)
    {
        const int width = 500, height = 375;
        var random = new Random(1);
        var (bgra, rgb) = (new byte[width * height * 4], new byte[SavedForms.Size * SavedForms.Size * 3]);
        random.NextBytes(bgra);
        random.NextBytes(rgb);
        var (image, pixels) = (Path.Combine(folder, "image.jpg"), Path.Combine(folder, "image.rgb"));
        using var picture = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, bgra);
        picture.Save(image);
        File.WriteAllBytes(pixels, rgb);
        return (image, pixels);
    }

    static long Bytes(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
