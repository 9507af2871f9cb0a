using Microsoft.ML;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>Classifiers as model files of ML.NET's.</summary>
static class ModelFiles
{
    const string Image = "Image", Score = "Score", PredictedLabel = "PredictedLabel";

    /// <summary>Whether ML.NET's own resizing gives what the preset does, but for rounding.</summary>
    public static bool ResizesLike(ImagePreset preset) => preset.ResizeShorterSide == Math.Min(preset.Height, preset.Width) || preset.ResizeTo == new ImageSize(preset.Height, preset.Width);

    /// <summary>Saves a pipeline that reads image files (columns ImagePath and Label), and gives Score and PredictedLabel, as text.</summary>
    public static void SaveZip(ImageClassifier classifier, string path)
    {
        var mlContext = new MLContext();
        var rows = mlContext.Data.LoadFromEnumerable<ImageRows.OfFile>([]);
        var pipeline = mlContext.Transforms.LoadImages(Image, imageFolder: null, nameof(ImageRows.OfFile.ImagePath))
            .Append(mlContext.Transforms.ResizeImages(Image, classifier.Preset.Width, classifier.Preset.Height))
            .Append(mlContext.Transforms.ResNetScorer(classifier, Image, Score, PredictedLabel))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue(PredictedLabel));
        mlContext.Model.SaveAtomically(pipeline.Fit(rows), rows.Schema, path);
    }
}
