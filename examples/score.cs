#:package Microsoft.ML
#:package Microsoft.ML.ImageAnalytics
#:package Microsoft.ML.OnnxTransformer
#:package Microsoft.ML.OnnxRuntime
#:package System.CommandLine
#:package System.IO.Hashing
#:property UsesLibTorch=false
#:property PublishAot=false

// Scores images with a model file that mlContext.Model.Save wrote: ML.NET and ONNX Runtime, no libtorch, nothing of this library. What examples/consume.cs
// does, as a program for files of any origin: each that cannot be used is named with the reason.
//   dotnet run examples/score.cs -- model.zip photo.jpg [more.jpg …] [--json]

using System.CommandLine;
using System.IO.Compression;
using System.IO.Hashing;
using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

// ML.NET keeps the network in a temporary file until the model is disposed, or for ever when it cannot be loaded.
var temporary = Directory.CreateTempSubdirectory("score-");
var modelFile = new Argument<FileInfo>("model") { Description = "What mlContext.Model.Save wrote of a pipeline that begins with LoadImages from the column ImagePath." };
var imageFiles = new Argument<FileInfo[]>("images") { Description = "PNG, JPEG, BMP, GIF or WebP files.", Arity = ArgumentArity.OneOrMore };
var json = new Option<bool>("--json") { Description = "For each image one line of JSON, with every class and its probability." };
var command = new RootCommand("Scores images with an ML.NET model file.") { modelFile, imageFiles, json };
command.SetAction(arguments => Score(arguments.GetValue(modelFile)!, arguments.GetValue(imageFiles)!, arguments.GetValue(json)));
try
{
    return command.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
finally
{
    temporary.Delete(recursive: true);
}

int Score(FileInfo file, FileInfo[] images, bool asJson)
{
    var (savedBy, version) = (RequireWhole(file), typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
    var mlContext = new MLContext { TempFilePath = temporary.FullName };
    var model = Try(() => mlContext.Model.Load(file.FullName, out _), savedBy == version
        ? $"{file} cannot be loaded. It was changed after ML.NET {savedBy} saved it"
        : $"{file} was saved by ML.NET {savedBy}, and this program's {version} cannot load it. Use the version that saved it");
    using var owned = model as IDisposable;
    using var engine = Try(() => Engine(mlContext, model), $"{file} is a model that cannot be used here. It must read the columns ImagePath and Label (text), and give Score and PredictedLabel");
    var names = default(VBuffer<ReadOnlyMemory<char>>);
    engine.OutputSchema["Score"].GetSlotNames(ref names);
    var classes = names.DenseValues().Select(name => name.ToString()).ToArray();
    var exitCode = 0;
    foreach (var image in images) // one that cannot be scored is told, and the others are scored
    {
        try
        {
            var prediction = image.Exists
                ? Try(() => engine.Predict(new() { ImagePath = image.FullName }), $"{image} cannot be scored. It is no image that can be decoded, or a damaged one")
                : throw new InvalidDataException($"There is no file {image}.");
            var best = prediction.Score.Zip(classes).OrderByDescending(score => score.First).Take(3).Select(score => FormattableString.Invariant($"{score.Second} {score.First:F3}"));
            Console.WriteLine(asJson
                ? JsonSerializer.Serialize(new { file = image.ToString(), predictedLabel = prediction.PredictedLabel, classes, scores = prediction.Score })
                : $"{image}: {prediction.PredictedLabel} ({string.Join(", ", best)})");
        }
        catch (InvalidDataException e)
        {
            Console.Error.WriteLine(e.Message);
            exitCode = 1;
        }
    }
    return exitCode;
}

static PredictionEngine<ImageFile, Prediction> Engine(MLContext mlContext, ITransformer model)
{
    var scored = model.Transform(mlContext.Data.LoadFromEnumerable<ImageFile>([]));
    // A chain that does not end with MapKeyToValue gives the label as a key.
    var whole = scored.Schema["PredictedLabel"].Type is KeyDataViewType ? model.Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored)) : model;
    return mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(whole, new PredictionEngineOptions { OwnsTransformer = false });
}

// Reads a model file to its end, compares the checksums, and gives the version of the ML.NET that saved it: neither .NET nor ML.NET compares them, and a changed weight is no error to them.
static string RequireWhole(FileInfo file)
{
    if (!file.Exists)
        throw new FileNotFoundException($"There is no file {file}.");
    return Try(() =>
    {
        using var zip = ZipFile.OpenRead(file.FullName);
        foreach (var entry in zip.Entries)
        {
            var (checksum, content) = (new Crc32(), entry.Open());
            using (content)
                checksum.Append(content);
            if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
                throw new InvalidDataException($"The checksum of {entry.FullName} is another.");
        }
        using var version = new StreamReader(zip.GetEntry("TrainingInfo/Version.txt")?.Open() ?? throw new InvalidDataException("It has no TrainingInfo/Version.txt."));
        return version.ReadToEnd().Split('+')[0].Trim();
    }, $"{file} is no model file of ML.NET, or a damaged one. Copy it here again, or save the model again");
}

// ML.NET throws many types, and does not name the file; the reason is in the innermost.
static T Try<T>(Func<T> work, string fault)
{
    try
    {
        return work();
    }
    catch (Exception e) when (e is not OutOfMemoryException and not UnauthorizedAccessException)
    {
        throw new InvalidDataException($"{fault} ({e.GetBaseException().Message.TrimEnd('.')}).", e);
    }
}

// What the model's first steps read; a training's pipeline asks for a label too, and does nothing with it here.
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
