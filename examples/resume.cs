#:project ../src/ResNet.MLNet
#:project Samples
#:property PublishAot=false

// Stops a training half-way, as a killed program or a power cut would, and starts it again: it ends with the same scores as one that was never stopped.
//   dotnet run examples/resume.cs -- [FOLDER [EPOCHS]]      FOLDER/cat/1.jpg, …; drawn shapes without it

using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

var isOwn = args.Length > 0;
var folder = isOwn ? args[0] : Shapes.Draw(imagesPerClass: 40);
var epochs = args.Number(1, "EPOCHS", otherwise: 6);
var size = isOwn ? 224 : 64; // pixels to a side, of photographs and of drawings
var checkpoints = Directory.CreateTempSubdirectory("resnet-checkpoints-").FullName;

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder);
var recipe = new TrainingOptions { Epochs = epochs, Seed = 1 };
var withCheckpoints = recipe with { Checkpoints = new() { Folder = checkpoints } }; // one after each epoch

try
{
    using var stop = new CancellationTokenSource();
    Scores(withCheckpoints, new StopIn(epochs / 2 + 1, stop), stop.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine($"stopped; {Directory.GetFiles(checkpoints).Single()} is there");
}
var resumed = Scores(withCheckpoints, new EpochLines());
Console.WriteLine("and once without a stop");
var whole = Scores(recipe, new EpochLines());

Directory.Delete(checkpoints, recursive: true);
Console.WriteLine($"the scores of {whole.Length} images are {(resumed.SelectMany(score => score).SequenceEqual(whole.SelectMany(score => score)) ? "the same" : "not the same")}, to the last bit");

float[][] Scores(TrainingOptions training, IProgress<TrainingProgress> progress, CancellationToken cancellation = default)
{
    using var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
        .Append(mlContext.Transforms.ResizeImages("Image", size, size))
        .Append(mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions { Training = training, Progress = progress, CancellationToken = cancellation }))
        .Fit(images);
    return [.. model.Transform(images).GetColumn<float[]>("Score")];
}

/// <summary>Stops the training in the first step of an epoch.</summary>
sealed class StopIn(int epoch, CancellationTokenSource stop) : IProgress<TrainingProgress>
{
    readonly EpochLines lines = new();

    public void Report(TrainingProgress value)
    {
        lines.Report(value);
        if (value.Epoch == epoch)
            stop.Cancel();
    }
}
