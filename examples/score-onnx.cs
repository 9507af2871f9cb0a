#:package Microsoft.ML.OnnxRuntime
#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
#:property UsesLibTorch=false
#:property PublishAot=false

// Scores images with what examples/export-onnx.cs exported: ONNX Runtime and a decoder of images, no ML.NET, no libtorch, nothing of this library.
//   dotnet run examples/score-onnx.cs -- IMAGE_OR_FOLDER [MODEL]

using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

if (args.Length == 0)
{
    Console.Error.WriteLine("Which image, or folder of images? dotnet run examples/score-onnx.cs -- IMAGE_OR_FOLDER [MODEL]");
    return 1;
}
var files = Directory.Exists(args[0]) ? Directory.GetFiles(args[0], "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : Enumerable.Repeat(args[0], 1);

using var session = new InferenceSession(args.Length > 1 ? args[1] : "model.onnx");
var (height, width) = session.InputMetadata["input"].Dimensions is [_, var h, var w, 3] ? (h, w) : throw new InvalidDataException("The model takes no RGB pixels [N, H, W, 3].");
var names = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"])!;

foreach (var file in files)
{
    using var input = OrtValue.CreateTensorValueFromMemory(Pixels(file), [1, height, width, 3]);
    using var output = session.Run(new RunOptions(), ["input"], [input], ["probabilities"]);
    var best = output[0].GetTensorDataAsSpan<float>().ToArray().Zip(names).OrderByDescending(score => score.First).Take(3).ToArray();
    Console.WriteLine($"{file}: {best[0].Second} ({string.Join(", ", best.Select(score => $"{score.Second} {score.First:F3}"))})");
}
return 0;

// RGB, of the middle square, as large as the network takes it.
byte[] Pixels(string file)
{
    using var picture = SKBitmap.Decode(file) ?? throw new InvalidDataException($"{file} is no image that can be decoded.");
    var scale = Math.Max((float)width / picture.Width, (float)height / picture.Height);
    using var resized = picture.Resize(new SKSizeI((int)MathF.Round(picture.Width * scale), (int)MathF.Round(picture.Height * scale)), SKFilterQuality.High);
    var (left, top) = ((resized.Width - width) / 2, (resized.Height - height) / 2);
    var pixels = new byte[height * width * 3];
    for (var i = 0; i < height * width; i++)
    {
        var color = resized.GetPixel(left + i % width, top + i / width);
        (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (color.Red, color.Green, color.Blue);
    }
    return pixels;
}
