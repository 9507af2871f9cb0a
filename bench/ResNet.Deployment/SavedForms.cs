using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using ResNet.Torch;
using TorchSharp;

namespace ResNet.Deployment;

/// <summary>The forms that a classifier of 1000 classes at 224×224 is saved in: bytes, seconds to save, seconds to load.</summary>
static class SavedForms
{
    public const int Size = 224;

    const int Classes = 1000;

    public const string Zip = ".zip", SafeTensors = ".safetensors", Bytes = "-bytes.onnx";

    sealed record Form(string Name, string Extension, Action<ImageClassifier, string> Save, Func<string, IDisposable> Load);

    static readonly Form[] forms =
    [
        new("ML.NET zip", Zip, SaveZip, path => (IDisposable)new MLContext().Model.Load(path, out _)),
        new("ONNX, norms folded", ".onnx", (classifier, path) => classifier.ExportOnnx(path), path => new InferenceSession(path)),
        new("ONNX, norms kept", "-norms.onnx", (classifier, path) => classifier.ExportOnnx(path, new() { FoldBatchNorm = false }), path => new InferenceSession(path)),
        new("TorchScript", ".pt", (classifier, path) => classifier.ExportTorchScript(path), path => torch.jit.load<torch.Tensor, torch.Tensor>(path)),
        new("safetensors", SafeTensors, (classifier, path) => classifier.Save(path), ImageClassifier.Load),
    ];

    public static void Measure(IReadOnlyList<ResNetVariant> variants, string folder, int runs)
    {
        Console.WriteLine($"""

            Each form, saved and loaded {runs} times in turn; medians.

            | network | form | bytes | seconds to save | seconds to load |
            |---|---|---:|---:|---:|
            """);
        foreach (var variant in variants)
        {
            using var classifier = new ImageClassifier(ResidualNetwork.Seeded(1, variant, Classes), ImagePreset.ImageNet(Size, Size), [.. Enumerable.Range(0, Classes).Select(i => $"class {i}")]);
            // What the program that is timed alone reads: uint8 pixels in, probabilities out.
            classifier.ExportOnnx(Path.Combine(folder, variant.Name + Bytes), new() { Input = ExportInput.InterleavedBytes, Output = ExportOutput.Probabilities });
            var seconds = forms.ToDictionary(form => form, _ => (Save: new List<double>(), Load: new List<double>()));
            for (var run = 0; run <= runs; run++)
            {
                foreach (var form in forms)
                {
                    var path = PathOf(folder, variant, form.Extension);
                    var saving = Seconds(() => form.Save(classifier, path));
                    IDisposable? loaded = null;
                    var loading = Seconds(() => loaded = form.Load(path));
                    loaded!.Dispose();
                    if (run == 0)
                        continue; // the first of a process compiles
                    seconds[form].Save.Add(saving);
                    seconds[form].Load.Add(loading);
                }
            }
            foreach (var (form, (save, load)) in seconds)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {variant} | {form.Name} | {new FileInfo(PathOf(folder, variant, form.Extension)).Length:N0} | {save.Median():F2} | {load.Median():F2} |"));
        }
    }

    public static string PathOf(string folder, ResNetVariant variant, string extension) => Path.Combine(folder, variant.Name + extension);

    sealed class ImageFile
    {
        public string ImagePath { get; set; } = "";
    }

    static void SaveZip(ImageClassifier classifier, string path)
    {
        var mlContext = new MLContext();
        var files = mlContext.Data.LoadFromEnumerable<ImageFile>([]);
        using var model = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Image", Size, Size))
            .Append(mlContext.Transforms.ResNetScorer(classifier))
            .Fit(files);
        mlContext.Model.SaveAtomically(model, files.Schema, path);
    }

    static double Seconds(Action work)
    {
        var time = Stopwatch.StartNew();
        work();
        return time.Elapsed.TotalSeconds;
    }

    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
