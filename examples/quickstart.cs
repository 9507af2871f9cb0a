#:project ../src/ResNet.MLNet
#:package Spectre.Console
#:property PublishAot=false

// Draws a small set of images, trains a ResNet-18 on it inside an ML.NET pipeline, and measures and uses the result.
//   dotnet run examples/quickstart.cs

using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using SkiaSharp;
using Spectre.Console;

var folder = Directory.CreateTempSubdirectory("resnet-quickstart-").FullName;
Shapes.Draw(folder, imagesPerClass: 180, new Random(1));

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder); // one row per image: ImagePath, Label
var split = mlContext.Data.TrainTestSplit(mlContext.Data.ShuffleRows(images), testFraction: 0.2);

using var model = Terminal.WithProgressBar(progress => mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
    .Append(mlContext.Transforms.ResizeImages("Image", imageWidth: 64, imageHeight: 64))
    .Append(mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions
    {
        Variant = ResNetVariant.ResNet18,
        Training = new TrainingOptions { Epochs = 9, Augmentation = new() { CropPadding = 4 } },
        Progress = progress,
    }))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel", "PredictedLabel"))
    .Fit(split.TrainSet));

using var engine = mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
var file = mlContext.Data.CreateEnumerable<ImageFile>(split.TestSet, reuseRowObject: false).First();
var prediction = engine.Predict(file);
Console.WriteLine($"{Path.GetRelativePath(folder, file.ImagePath)} is a {prediction.PredictedLabel} (p = {prediction.Score.Max():F3})");

var heldOut = model.Transform(split.TestSet);
var metrics = mlContext.MulticlassClassification.Evaluate(heldOut);
Directory.Delete(folder, recursive: true);
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

/// <summary>Shapes of any colour, size, place and tilt on any background: only the form tells the classes apart.</summary>
static class Shapes
{
    static readonly Dictionary<string, Action<SKPath>> forms = new()
    {
        ["circle"] = path => path.AddCircle(0, 0, 1),
        ["cross"] = path => { path.AddRect(new(-1, -0.25f, 1, 0.25f)); path.AddRect(new(-0.25f, -1, 0.25f, 1)); },
        ["ring"] = path => { path.FillType = SKPathFillType.EvenOdd; path.AddCircle(0, 0, 1); path.AddCircle(0, 0, 0.6f); },
        ["square"] = path => path.AddRect(new(-0.85f, -0.85f, 0.85f, 0.85f)),
        ["star"] = path => path.AddPoly([.. Enumerable.Range(0, 10).Select(i => At(i * 36, i % 2 == 0 ? 1 : 0.4f))]),
        ["triangle"] = path => path.AddPoly([At(0, 1), At(120, 1), At(240, 1)]),
    };

    static SKPoint At(float degrees, float radius) => new(radius * MathF.Sin(degrees * MathF.PI / 180), -radius * MathF.Cos(degrees * MathF.PI / 180));

    public static void Draw(string folder, int imagesPerClass, Random random)
    {
        foreach (var (name, form) in forms)
        {
            var classFolder = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            using var path = new SKPath();
            form(path);
            for (var i = 0; i < imagesPerClass; i++)
                DrawOne(path, Path.Combine(classFolder, $"{i:D3}.png"), random);
        }
    }

    static void DrawOne(SKPath form, string file, Random random)
    {
        using var bitmap = new SKBitmap(80, 80);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { IsAntialias = true };
        var (hue, light) = (random.NextSingle() * 360, 35 + random.NextSingle() * 40);
        canvas.Clear(SKColor.FromHsl(hue, random.Next(30, 90), light));
        paint.Color = SKColor.FromHsl((hue + random.Next(60, 300)) % 360, random.Next(30, 90), (light + random.Next(25, 45)) % 100);
        canvas.Translate(random.Next(34, 47), random.Next(34, 47));
        canvas.RotateDegrees(random.Next(-30, 31));
        canvas.Scale(20 + random.NextSingle() * 12);
        canvas.DrawPath(form, paint);
        canvas.Flush();
        using var stream = File.Create(file);
        bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
    }
}

/// <summary>A progress bar of Spectre.Console, fed by the training; each epoch's results stand above it.</summary>
static class Terminal
{
    public static T WithProgressBar<T>(Func<IProgress<TrainingProgress>, T> work) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(context => work(new Bar(context.AddTask("Training"))));

    sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = (double)value.Epochs * value.StepsPerEpoch;
            task.Value = (double)(value.Epoch - 1) * value.StepsPerEpoch + value.Step;
            if (value.CompletedEpoch is { } epoch)
                AnsiConsole.MarkupLine($"epoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainingLoss:F3}  accuracy {epoch.TrainingAccuracy:F3}  {epoch.Duration.TotalSeconds:F1} s");
        }
    }
}
