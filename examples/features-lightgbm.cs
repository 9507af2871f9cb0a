#:project ../src/ResNet.MLNet
#:project Samples
#:package Microsoft.ML.LightGbm
#:property PublishAot=false

// Turns images into the features of a network that knows others, and trains gradient-boosted trees on those: seconds where fine-tuning takes minutes.
//   dotnet run examples/features-lightgbm.cs -- [FOLDER [WEIGHTS]]
// FOLDER/cat/1.jpg, …; WEIGHTS: what model.Save wrote, else torchvision's ResNet-18, which is fetched once. Without any: shapes, and a network that learned others.
// On Linux LightGBM needs libgomp (Debian's package libgomp1).

using Microsoft.ML;
using ResNet.Torch;
using Samples;

using var network = args switch
{
    [] => TrainedNetwork.OfOtherShapes(),
    [_] => await ImageClassifier.PretrainedAsync(PretrainedWeights.ResNet18_V1),
    [_, var weights, ..] => ImageClassifier.Load(weights),
};
var folder = args.Length > 0 ? args[0] : Shapes.Draw(imagesPerClass: 100);

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder);
var split = mlContext.Data.TrainTestSplitImages(images, testFraction: 0.25);

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
    .Append(mlContext.Transforms.ResizeImages("Image", network.Preset.Width, network.Preset.Height))
    .Append(mlContext.Transforms.ResNetFeaturizer(network))  // Features: 512 numbers an image
    .Append(mlContext.Transforms.DropColumns("Image"))       // a cache holds no images
    .AppendCacheCheckpoint(mlContext)                        // the network runs once, however often the trainer reads
    .Append(mlContext.MulticlassClassification.Trainers.LightGbm(numberOfLeaves: 8, minimumExampleCountPerLeaf: 2, numberOfIterations: 50))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
using var model = pipeline.Fit(split.TrainSet);

var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());
Console.WriteLine($"micro-accuracy {metrics.MicroAccuracy:F3} on images held out");
