#:project ../src/ResNet.MLNet
#:project Samples
#:package System.CommandLine
#:property PublishAot=false

// Trains a ResNet-18 on the 60,000 images of Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747) and tests it on the other 10,000.
//   dotnet run examples/fashion-mnist.cs -- [--data FOLDER] [--epochs 2] [--batch-size 256] [--stem Standard|Small] [--limit N] [--out FILE]

using System.CommandLine;
using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with the four idx files (.gz). Default: where Debian's package puts them, else they are downloaded." };
var source = new Option<string>("--source") { Description = "Address to download from.", DefaultValueFactory = _ => FashionMnist.Official };
var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 2 };
var batchSize = new Option<int>("--batch-size") { DefaultValueFactory = _ => 256 };
var stem = new Option<Stem>("--stem") { Description = "Small is what images of 28×28 get by themselves; a step takes about seven times as long as with Standard.", DefaultValueFactory = _ => Stem.Standard };
var limit = new Option<int?>("--limit") { Description = "Train on the first images alone. Default: all 60,000." };
var output = new Option<FileInfo>("--out") { Description = "Where the trained network goes.", DefaultValueFactory = _ => new("fashion-mnist-resnet18.safetensors") };
var command = new RootCommand("Trains a ResNet-18 on Fashion-MNIST.") { data, source, epochs, batchSize, stem, limit, output };
command.SetAction((arguments, cancellation) => Train(arguments, cancellation));
try
{
    return await command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or InvalidDataException or HttpRequestException or ArgumentException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

async Task Train(ParseResult arguments, CancellationToken cancellation)
{
    var folder = arguments.GetValue(data)?.FullName ?? await FashionMnist.FindOrDownload(arguments.GetValue(source)!, cancellation);
    var mlContext = new MLContext(seed: 1);
    var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(FashionMnist.Classes(mlContext));
    var train = keys.Transform(FashionMnist.Load(mlContext, folder, "train", arguments.GetValue(limit)));
    var test = keys.Transform(FashionMnist.Load(mlContext, folder, "t10k"));

    using var model = mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions
    {
        Channels = 1,
        Stem = arguments.GetValue(stem),
        ScoringBatchSize = 256,
        ValidationSet = test,
        Training = new TrainingOptions
        {
            Epochs = arguments.GetValue(epochs),
            BatchSize = arguments.GetValue(batchSize),
            Optimizer = new() { WeightDecay = 5e-4 },
            Schedule = new() { WarmupFraction = 0.2 },
            Augmentation = AugmentationOptions.None, // every shoe of this set points to the left
        },
        Progress = new EpochLines(),
        CancellationToken = cancellation,
    }).Fit(train);

    var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
    model.Save(arguments.GetValue(output)!.FullName);
    Console.WriteLine($"saved to {arguments.GetValue(output)}");
    Console.WriteLine($"test accuracy {metrics.MicroAccuracy:F4} on {FashionMnist.Count(folder, "t10k")} images");
}
