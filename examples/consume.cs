#:package Microsoft.ML
#:package Microsoft.ML.ImageAnalytics
#:package Microsoft.ML.OnnxTransformer
#:package Microsoft.ML.OnnxRuntime
#:property UsesLibTorch=false
#:property PublishAot=false

// Scores images with the model that examples/train.cs saved: ML.NET and ONNX Runtime, no libtorch, nothing of this library.
//   dotnet run examples/consume.cs -- IMAGE_OR_FOLDER [MODEL]
// With checks of the files it is given, and JSON: examples/score.cs.

using Microsoft.ML;
using Microsoft.ML.Data;

if (args.Length == 0)
{
    Console.Error.WriteLine("Which image, or folder of images? dotnet run examples/consume.cs -- IMAGE_OR_FOLDER [MODEL]");
    return 1;
}
var files = Directory.Exists(args[0]) ? Directory.GetFiles(args[0], "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : Enumerable.Repeat(args[0], 1);
var modelFile = args.Length > 1 ? args[1] : "model.zip";

var mlContext = new MLContext();
var model = mlContext.Model.Load(modelFile, out _);
using var engine = mlContext.Model.CreatePredictionEngine<ModelInput, ModelOutput>(model); // for one thread; it disposes the model

var classes = default(VBuffer<ReadOnlyMemory<char>>);
engine.OutputSchema["Score"].GetSlotNames(ref classes);
var names = classes.DenseValues().Select(name => name.ToString()).ToArray();

foreach (var file in files)
{
    var output = engine.Predict(new ModelInput { ImagePath = file });
    var scores = output.Score.Zip(names).OrderByDescending(score => score.First).Take(3).Select(score => $"{score.Second} {score.First:F3}");
    Console.WriteLine($"{file}: {output.PredictedLabel} ({string.Join(", ", scores)})");
}
return 0;

sealed class ModelInput
{
    public string ImagePath { get; set; } = "";
    public string Label { get; set; } = ""; // the training's pipeline reads it; here it stays empty
}

sealed class ModelOutput
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
