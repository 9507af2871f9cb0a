#:project ../src/ResNet.MLNet
#:project Samples
#:property PublishAot=false

// Draws a small set of images, trains a ResNet-18 on it inside an ML.NET pipeline, and measures and uses the result.
//   dotnet run examples/quickstart.cs

using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

var folder = Shapes.Draw(imagesPerClass: 180); // circle/000.png, star/000.png, …

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder); // one row per image: ImagePath, Label
var split = mlContext.Data.TrainTestSplit(mlContext.Data.ShuffleRows(images), testFraction: 0.2);

using var model = TrainingBar.Show(progress => mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
    .Append(mlContext.Transforms.ResizeImages("Image", imageWidth: 64, imageHeight: 64))
    .Append(mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions
    {
        Variant = ResNetVariant.ResNet18,
        Training = new TrainingOptions { Epochs = 9, Augmentation = new() { CropPadding = 4 } },
        Progress = progress,
    }))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
    .Fit(split.TrainSet));

using var engine = mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
var file = mlContext.Data.CreateEnumerable<ImageFile>(split.TestSet, reuseRowObject: false).First();
var prediction = engine.Predict(file);
Console.WriteLine($"{Path.GetRelativePath(folder, file.ImagePath)} is a {prediction.PredictedLabel} (p = {prediction.Score.Max():F3})");

var heldOut = model.Transform(split.TestSet);
var metrics = mlContext.MulticlassClassification.Evaluate(heldOut);
Console.WriteLine($"micro-accuracy {metrics.MicroAccuracy:F3} on {mlContext.Data.CreateEnumerable<ImageFile>(split.TestSet, true).Count()} held-out images");

sealed class ImageFile
{
    public string ImagePath { get; set; } = "";
    public string Label { get; set; } = "";
}

sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
