#:project ../src/ResNet.MLNet
#:project Samples
#:package Microsoft.ML.OnnxRuntime
#:property PublishAot=false

// Trains a network, exports it as ONNX, and scores the same images with ONNX Runtime: the same probabilities.
//   dotnet run examples/export-onnx.cs -- [FOLDER [EPOCHS]]      FOLDER/cat/1.jpg, …; drawn shapes without it
// A program that has ONNX Runtime and nothing else scores the file: examples/score-onnx.cs.

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

var isOwn = args.Length > 0;
var folder = isOwn ? args[0] : Shapes.Draw(imagesPerClass: 60);
var epochs = args.Number(1, "EPOCHS", otherwise: 8);
var preset = isOwn ? ImagePresets.TorchvisionV1 : ImagePreset.ImageNet(64, 64) with { ResizeShorterSide = 64 }; // what a file becomes: 224×224, or 64×64

var mlContext = new MLContext(seed: 1);
var images = mlContext.Data.LoadImageFolder(folder);
var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(images);
using var model = mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions
{
    ImageColumnName = "ImagePath", // files: the network's own preset reads, resizes and crops them
    Preset = preset,
    Training = new TrainingOptions { Epochs = epochs },
    Progress = new EpochLines(),
}).Fit(keys.Transform(images));

model.ExportOnnx("model.onnx", new OnnxExportOptions
{
    Input = ExportInput.InterleavedBytes,     // uint8 [N, H, W, 3], RGB: mean and deviation are in the file
    Output = ExportOutput.Probabilities,
});

using var session = new InferenceSession("model.onnx");
var largest = 0f;
foreach (var (path, expected) in images.GetColumn<string>("ImagePath").Zip(model.Transform(images).GetColumn<float[]>("Score")))
{
    var pixels = preset.ReadFile(path);
    using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, preset.Height, preset.Width, 3]);
    using var output = session.Run(new RunOptions(), ["input"], [input], ["probabilities"]);
    foreach (var (probability, score) in output[0].GetTensorDataAsSpan<float>().ToArray().Zip(expected))
        largest = Math.Max(largest, Math.Abs(probability - score));
}
Console.WriteLine("saved to model.onnx");
Console.WriteLine($"probabilities differ by {largest:0.0E+0} at most");
