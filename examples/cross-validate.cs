#:project ../src/ResNet.MLNet
#:project Samples
#:property PublishAot=false

// Trains several networks, each on all images but a part of its own, and measures each on that part: how much an accuracy is worth.
//   dotnet run examples/cross-validate.cs -- [FOLDER [FOLDS [EPOCHS]]]      FOLDER/cat/1.jpg, …; drawn shapes without it

using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

var isOwn = args.Length > 0;
var folder = isOwn ? args[0] : Shapes.Draw(imagesPerClass: 100);
var folds = args.Number(1, "FOLDS", otherwise: 3);
var epochs = args.Number(2, "EPOCHS", otherwise: 8);
var size = isOwn ? 224 : 64; // pixels to a side, of photographs and of drawings

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder);

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
    .Append(mlContext.Transforms.ResizeImages("Image", size, size))
    .Append(mlContext.MulticlassClassification.Trainers.ResNet(new ResNetClassifierOptions
    {
        Variant = ResNetVariant.ResNet18,
        Training = new TrainingOptions { Epochs = epochs, Augmentation = new() { CropPadding = size / 16 } },
        Progress = new EpochLines(),
    }));

var results = mlContext.MulticlassClassification.CrossValidate(images, pipeline, folds);
foreach (var fold in results)
{
    Console.WriteLine($"fold {fold.Fold + 1}: micro-accuracy {fold.Metrics.MicroAccuracy:F3}, log-loss {fold.Metrics.LogLoss:F3}");
    (fold.Model as IDisposable)?.Dispose();
}

var accuracies = results.Select(fold => fold.Metrics.MicroAccuracy).ToArray();
var mean = accuracies.Average();
var deviation = Math.Sqrt(accuracies.Sum(accuracy => Math.Pow(accuracy - mean, 2)) / (folds - 1));
Console.WriteLine($"micro-accuracy {mean:F3} ± {deviation:F3} (mean and standard deviation of {folds} folds)");
