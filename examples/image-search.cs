#:project ../src/ResNet.MLNet
#:project Samples
#:package System.CommandLine
#:property PublishAot=false

// Finds the images of a folder that look most like a given one: features of a network, compared by the cosine of their angle.
//   dotnet run examples/image-search.cs -- [FOLDER IMAGE] [--top 5] [--model FILE]
// Without a folder: shapes, and a network that learned others.

using System.CommandLine;
using System.Numerics.Tensors;
using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;
using Samples;

string[] extensions = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

var folder = new Argument<DirectoryInfo?>("folder") { Description = "Images at any depth; those that cannot be read are left out. Default: drawn shapes.", Arity = ArgumentArity.ZeroOrOne };
var image = new Argument<FileInfo?>("image") { Description = "What to look for. Default: the folder's first image.", Arity = ArgumentArity.ZeroOrOne };
var top = new Option<int>("--top") { Description = "How many are shown.", DefaultValueFactory = _ => 5 };
var model = new Option<FileInfo?>("--model") { Description = "A network that ImageClassifier.Save wrote. Default: torchvision's ResNet-50, which is fetched once; for drawn shapes one that learned others." };
var command = new RootCommand("Finds the images of a folder that look most like a given one.") { folder, image, top, model };
command.SetAction(Search);
try
{
    return await command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or InvalidDataException or PretrainedWeightsException or WeightFormatException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

async Task Search(ParseResult arguments, CancellationToken cancellation)
{
    using var classifier = (arguments.GetValue(model), arguments.GetValue(folder)) switch
    {
        ({ } file, _) => ImageClassifier.Load(file.FullName),
        (null, null) => TrainedNetwork.OfOtherShapes(),
        _ => await ImageClassifier.PretrainedAsync(PretrainedWeights.ResNet50_V2, cancellationToken: cancellation),
    };
    var root = arguments.GetValue(folder)?.FullName ?? Shapes.Draw(imagesPerClass: 40);
    var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
        .Where(path => extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToList();
    var query = arguments.GetValue(image)?.FullName ?? files.FirstOrDefault() ?? throw new InvalidDataException($"{root} has no images.");

    var mlContext = new MLContext();
    var rows = mlContext.Data.LoadFromEnumerable(files.Where(path => path != query).Prepend(query).Select(path => new ImageFile { ImagePath = path }).ToList());
    using var pipeline = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
        .Append(mlContext.Transforms.ResizeImages("Image", classifier.Preset.Width, classifier.Preset.Height))
        .Append(mlContext.Transforms.ResNetFeaturizer(classifier, new ResNetFeaturizerOptions { OnBadImage = BadImagePolicy.Skip }))
        .Fit(rows);
    var images = mlContext.Data.CreateEnumerable<ImageFile>(pipeline.Transform(rows), reuseRowObject: false).ToList();

    var wanted = images[0].Features;
    if (float.IsNaN(wanted[0]))
        throw new InvalidDataException($"{query} is not an image that can be read.");
    var found = images.Skip(1).Where(one => !float.IsNaN(one.Features[0]))
        .Select(one => (one.ImagePath, Similarity: TensorPrimitives.CosineSimilarity<float>(wanted, one.Features)))
        .OrderByDescending(one => one.Similarity).Take(arguments.GetValue(top));
    foreach (var (path, similarity) in found)
        Console.WriteLine(FormattableString.Invariant($"{similarity:F4}  {Path.GetRelativePath(root, path)}"));
}

sealed class ImageFile
{
    public string ImagePath { get; set; } = "";
    public float[] Features { get; set; } = [];
}
