using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides.Pipelines;

/// <summary>What ML.NET brings, around the same weights as an ONNX file, which has the normalisation in it.</summary>
sealed class OnnxPipeline : FilePipeline
{
    readonly string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");

    public OnnxPipeline(SideSettings settings)
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

    public override ITransformer Model { get; }

    public override IEnumerable<int> Classes(IDataView scored) => scored.GetColumn<float[]>("Score").Select(score => score.AsSpan().IndexOf(score.Max()));

    public override void Dispose()
    {
        (Model as IDisposable)?.Dispose();
        File.Delete(file);
    }
}
