#:project ../src/ResNet.MLNet
#:project Samples
#:property PublishAot=false

// Trains on the images of a folder, of which a fifth is held out, evaluates the network on those, and saves it.
//   dotnet run examples/train.cs -- [FOLDER [EPOCHS]]      FOLDER/cat/1.jpg, FOLDER/dog/2.png, …; drawn shapes without it

using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

var isOwn = args.Length > 0;
var folder = isOwn ? args[0] : Shapes.Draw(imagesPerClass: 120);
var epochs = args.Number(1, "EPOCHS", otherwise: 12);
var size = isOwn ? 224 : 64; // pixels to a side, of photographs and of drawings

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder);
Console.WriteLine(mlContext.Data.CountClasses(images));
var split = mlContext.Data.TrainTestSplitImages(images, testFraction: 0.2); // the same share of each class

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
    .Append(mlContext.Transforms.ResizeImages("Image", size, size))
    .Append(mlContext.MulticlassClassification.Trainers.ResNet(new ResNetClassifierOptions
    {
        Variant = ResNetVariant.ResNet18,
        ValidationSetFraction = 0.1, // of the training images: the best epoch's weights are kept
        Training = new TrainingOptions { Epochs = epochs, Augmentation = new() { CropPadding = size / 16 } },
        Progress = new EpochLines(),
    }))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
using var model = pipeline.Fit(split.TrainSet);

var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());

mlContext.Model.SaveAtomically(model, images.Schema, "model.zip");                    // for ML.NET alone: examples/consume.cs, score.cs
model.OfType<ResNetClassifierTransformer>().Single().Save("model.safetensors");      // to train on from: examples/fine-tune.cs
Console.WriteLine("saved to model.zip and model.safetensors");
Console.WriteLine($"micro-accuracy {metrics.MicroAccuracy:F3}, macro-accuracy {metrics.MacroAccuracy:F3}, log-loss {metrics.LogLoss:F3} on images held out");
