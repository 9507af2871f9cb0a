#:package Microsoft.ML.ImageAnalytics
#:package Microsoft.ML.OnnxTransformer
#:package Microsoft.ML.OnnxRuntime
#:package System.IO.Hashing
#:property UsesLibTorch=false
#:property PublishAot=false

// What examples/consume.cs does, as a program for files of any origin: each that cannot be used is named with the reason. No libtorch, nothing of this library.
//   dotnet run examples/score.cs -- model.zip photo.jpg [more.jpg …] [--json]

using System.IO.Compression;
using System.IO.Hashing;
using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

if (args.Where(argument => argument != "--json").ToArray() is not [var model, .. { Length: > 0 } images])
    return Fail("", "Which model, and which images? dotnet run examples/score.cs -- model.zip photo.jpg [more.jpg …] [--json]");
var temporary = Directory.CreateTempSubdirectory("score-"); // ML.NET keeps the network in a file there until the model is disposed, or for ever when it cannot be loaded
var (fault, exitCode) = ("is no model file of ML.NET, or a damaged one. Copy it here again, or save the model again", 0);
try
{
    var (savedBy, version) = (VersionOf(model), typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
    fault = savedBy == version ? $"cannot be loaded. It was changed after ML.NET {savedBy} saved it" : $"was saved by ML.NET {savedBy}, and this program's {version} cannot load it. Use the version that saved it";
    var mlContext = new MLContext { TempFilePath = temporary.FullName };
    var loaded = mlContext.Model.Load(model, out _);
    fault = "is a model that cannot be used here. It must read the columns ImagePath and Label (text), and give Score";
    using var engine = mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(loaded); // it disposes the model
    var names = default(VBuffer<ReadOnlyMemory<char>>);
    engine.OutputSchema["Score"].GetSlotNames(ref names);
    string[] classes = [.. names.DenseValues().Select(name => name.ToString())];
    foreach (var image in images) // one that cannot be scored is told, and the others are scored
    {
        try
        {
            var scores = engine.Predict(new() { ImagePath = image }).Score;
            var best = scores.Zip(classes).OrderByDescending(score => score.First).Take(3).ToList();
            Console.WriteLine(args.Contains("--json")
                ? JsonSerializer.Serialize(new { file = image, predictedLabel = best[0].Second, classes, scores })
                : $"{image}: {best[0].Second} ({string.Join(", ", best.Select(score => FormattableString.Invariant($"{score.Second} {score.First:F3}")))})");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            exitCode = Fail(image, "cannot be scored. It is no image that can be decoded, or a damaged one", e);
        }
    }
}
catch (Exception e) when (e is not OutOfMemoryException) // ML.NET throws many types, and does not name the file; the reason is in the innermost
{
    exitCode = Fail(model, fault, e);
}
temporary.Delete(recursive: true);
return exitCode;

// Reads a model file to its end, and compares the checksums: neither .NET nor ML.NET does, and a changed weight is no error to them.
static string VersionOf(string model)
{
    using var zip = ZipFile.OpenRead(model);
    foreach (var entry in zip.Entries)
    {
        var (checksum, content) = (new Crc32(), entry.Open());
        using (content)
            checksum.Append(content);
        if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
            throw new InvalidDataException($"The checksum of {entry.FullName} is another");
    }
    using var version = new StreamReader(zip.GetEntry("TrainingInfo/Version.txt")?.Open() ?? throw new InvalidDataException("It has no TrainingInfo/Version.txt"));
    return version.ReadToEnd().Split('+')[0].Trim();
}

static int Fail(string file, string fault, Exception? e = null)
{
    Console.Error.WriteLine(e is null ? fault : File.Exists(file) ? $"{file} {fault} ({e.GetBaseException().Message.TrimEnd('.')})." : $"There is no file {file}.");
    return 1;
}

sealed class ImageFile { public string ImagePath = "", Label = ""; } // a training's pipeline asks for a label too, and does nothing with it here
sealed class Prediction { public float[] Score = []; }
