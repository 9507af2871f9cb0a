#:package Microsoft.ML
#:package Microsoft.ML.ImageAnalytics
#:package Microsoft.ML.OnnxTransformer
#:package Microsoft.ML.OnnxRuntime
#:package System.CommandLine
#:property UsesLibTorch=false
#:property PublishAot=false

// Scores images with a model file that mlContext.Model.Save wrote: ML.NET and ONNX Runtime, no libtorch, nothing of this library.
//   dotnet run examples/score.cs -- model.zip photo.jpg [more.jpg …] [--json]

using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

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

// An image that cannot be scored is told, and the others are scored.
static int Score(FileInfo modelFile, FileInfo[] images, bool asJson)
{
    using var classifier = new Classifier(modelFile);
    var exitCode = 0;
    foreach (var image in images)
    {
        try
        {
            var prediction = classifier.Predict(image);
            Console.WriteLine(asJson ? Line.Json(image, prediction, classifier.Classes) : Line.Text(image, prediction, classifier.Classes));
        }
        catch (InvalidDataException e)
        {
            Console.Error.WriteLine(e.Message);
            exitCode = 1;
        }
    }
    return exitCode;
}

static class Line
{
    public static string Text(FileInfo image, Prediction prediction, IReadOnlyList<string> classes)
    {
        var best = prediction.Score.Select((p, i) => (p, Name: classes[i])).OrderByDescending(score => score.p).Take(3);
        return $"{image}: {prediction.PredictedLabel} ({string.Join(", ", best.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Name} {score.p:F3}")))})";
    }

    /// <summary>Numbers have all the digits that bring the same float back.</summary>
    public static string Json(FileInfo image, Prediction prediction, IReadOnlyList<string> classes) =>
        JsonSerializer.Serialize(new { file = image.ToString(), predictedLabel = prediction.PredictedLabel, classes, scores = prediction.Score });
}

/// <summary>What the model's first steps read; a training's pipeline asks for a label too, and does nothing with it here.</summary>
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

/// <summary>A loaded model with a folder for temporary files: ML.NET keeps the network in one until it is disposed, or for ever when it cannot be loaded.</summary>
sealed class Classifier : IDisposable
{
    readonly string temporary = Directory.CreateTempSubdirectory("score-").FullName;
    readonly PredictionEngine<ImageFile, Prediction>? engine; // owns the model

    public Classifier(FileInfo file)
    {
        try
        {
            var savedBy = ModelFile.RequireWhole(file);
            var mlContext = new MLContext { TempFilePath = temporary };
            var model = Try(() => mlContext.Model.Load(file.FullName, out _), savedBy == ModelFile.Version
                ? $"{file} cannot be loaded. It was changed after ML.NET {savedBy} saved it"
                : $"{file} was saved by ML.NET {savedBy}, and this program's {ModelFile.Version} cannot load it. Use the version that saved it");
            engine = Try(() => Engine(mlContext, model),
                $"{file} is a model that cannot be used here. It must read the columns ImagePath and Label (text), and give Score and PredictedLabel");
            var names = default(VBuffer<ReadOnlyMemory<char>>);
            engine.OutputSchema["Score"].GetSlotNames(ref names);
            Classes = [.. names.DenseValues().Select(name => name.ToString())];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name of each class, in the order of the scores.</summary>
    public IReadOnlyList<string> Classes { get; }

    static PredictionEngine<ImageFile, Prediction> Engine(MLContext mlContext, ITransformer model)
    {
        try
        {
            var scored = model.Transform(mlContext.Data.LoadFromEnumerable<ImageFile>([]));
            // A chain that does not end with MapKeyToValue gives the label as a key.
            var whole = scored.Schema["PredictedLabel"].Type is KeyDataViewType ? model.Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored)) : model;
            return mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(whole);
        }
        catch
        {
            (model as IDisposable)?.Dispose();
            throw;
        }
    }

    public Prediction Predict(FileInfo image)
    {
        if (!image.Exists)
            throw new InvalidDataException($"There is no file {image}.");
        return Try(() => engine!.Predict(new() { ImagePath = image.FullName }), $"{image} cannot be scored. It is no image that can be decoded, or a damaged one");
    }

    /// <summary>ML.NET throws many types, and does not name the file; the reason is in the innermost.</summary>
    static T Try<T>(Func<T> work, string fault)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidDataException($"{fault} ({e.GetBaseException().Message.TrimEnd('.')}).", e);
        }
    }

    public void Dispose()
    {
        engine?.Dispose();
        Directory.Delete(temporary, recursive: true);
    }
}

static class ModelFile
{
    static readonly uint[] table = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var value = (uint)i;
        for (var bit = 0; bit < 8; bit++)
            value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
        return value;
    })];

    /// <summary>Of the ML.NET that this program has.</summary>
    public static string Version { get; } = typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Reads a model file to its end and compares the checksums: neither .NET nor ML.NET does, and a changed weight is no error to them.</summary>
    /// <returns>The version of the ML.NET that saved it.</returns>
    public static string RequireWhole(FileInfo file)
    {
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file {file}.");
        try
        {
            using var zip = ZipFile.OpenRead(file.FullName);
            foreach (var entry in zip.Entries)
            {
                using var content = entry.Open();
                if (Checksum(content) != entry.Crc32)
                    throw new InvalidDataException($"The checksum of {entry.FullName} is another.");
            }
            using var version = new StreamReader(zip.GetEntry("TrainingInfo/Version.txt")?.Open() ?? throw new InvalidDataException("It has no TrainingInfo/Version.txt."));
            return version.ReadToEnd().Split('+')[0].Trim();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file} is no model file of ML.NET, or a damaged one. Copy it here again, or save the model again ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>CRC-32, as zip files have it.</summary>
    static uint Checksum(Stream content)
    {
        var value = ~0u;
        var buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            foreach (var next in buffer.AsSpan(0, read))
                value = (value >> 8) ^ table[(byte)value ^ next];
        }
        return ~value;
    }
}
