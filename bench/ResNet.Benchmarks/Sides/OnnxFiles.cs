using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>From paths to predicted classes with what ML.NET brings: the same weights, exported, behind its own loading and resizing.</summary>
sealed class OnnxFiles(SideSettings settings) : ISide
{
    readonly MLContext mlContext = new();
    readonly string[] files = Photographs.In(settings.Photos);
    readonly Pipeline pipeline = new(settings);

    public Measurement Round(int images)
    {
        var rows = mlContext.Data.LoadFromEnumerable(Photographs.Rows(files, images));
        var clock = Stopwatch.StartNew();
        var classes = pipeline.Model.Transform(rows).GetColumn<float[]>("Score").Select(score => score.AsSpan().IndexOf(score.Max())).ToList();
        return new(classes.Count, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => pipeline.Dispose();

    /// <summary>ML.NET's own transformers around an ONNX file, which has the normalisation in it.</summary>
    public sealed class Pipeline : IDisposable
    {
        readonly string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");

        public Pipeline(SideSettings settings)
        {
            using (var classifier = Classifiers.Seeded(settings))
            {
                // One image at a time, since OnnxTransformer scores row by row.
                classifier.ExportOnnx(file, new() { Input = ExportInput.Pixels, Output = ExportOutput.Probabilities, BatchSize = 1, HasBatchDimension = false, InputName = "Pixels", OutputName = "Score" });
            }
            var mlContext = new MLContext();
            Model = mlContext.Transforms.LoadImages("Image", imageFolder: null, nameof(ImageFile.ImagePath))
                .Append(mlContext.Transforms.ResizeImages("Image", settings.Size, settings.Size))
                .Append(mlContext.Transforms.ExtractPixels("Pixels", "Image"))
                .Append(mlContext.Transforms.ApplyOnnxModel("Score", "Pixels", file))
                .Fit(mlContext.Data.LoadFromEnumerable<ImageFile>([]));
        }

        public ITransformer Model { get; }

        public void Dispose()
        {
            (Model as IDisposable)?.Dispose();
            File.Delete(file);
        }
    }
}
