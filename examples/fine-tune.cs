#:project ../src/ResNet.MLNet
#:project Samples
#:property PublishAot=false

// Trains a network that knows other images on a few of one's own, and for comparison one that knows nothing, for as long.
//   dotnet run examples/fine-tune.cs -- [FOLDER [WEIGHTS [EPOCHS]]]
// FOLDER/cat/1.jpg, …; WEIGHTS: what model.Save wrote, else torchvision's ResNet-18, which is fetched once. Without any: shapes, and a network that learned others.

using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

using var known = args switch
{
    [] => TrainedNetwork.OfOtherShapes(),
    [_] => await ImageClassifier.PretrainedAsync(PretrainedWeights.ResNet18_V1),
    [_, var weights, ..] => ImageClassifier.Load(weights),
};
var folder = args.Length > 0 ? args[0] : Shapes.Draw(imagesPerClass: 20);
var epochs = args.Number(2, "EPOCHS", otherwise: 15);

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder);
var split = mlContext.Data.TrainTestSplitImages(images, testFraction: 0.5, seed: 1);

var recipe = TrainingRecipes.FineTuning with { Epochs = epochs, BatchSize = 16, Seed = 1 };
var tuned = Accuracy("fine-tuned", recipe with
{
    FineTuning = new() { From = known, FrozenStages = 1 }, // the stem and the first stage stay as they are
});
var fresh = Accuracy("from nothing", recipe with { FineTuning = null });
Console.WriteLine($"micro-accuracy {tuned:F3} fine-tuned, {fresh:F3} from nothing, on images held out");

double Accuracy(string name, TrainingOptions training)
{
    Console.WriteLine(name);
    using var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
        .Append(mlContext.Transforms.ResizeImages("Image", known.Preset.Width, known.Preset.Height))
        .Append(mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions
        {
            Variant = known.Network.Variant,
            Training = training,
            Progress = new EpochLines(),
        }))
        .Fit(split.TrainSet);
    return mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy;
}
