#:project ../src/ResNet.MLNet
#:package System.CommandLine
#:property PublishAot=false

// Trains a ResNet-18 on the 60,000 images of Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747) and tests it on the other 10,000.
//   dotnet run examples/fashion-mnist.cs -- [--data FOLDER] [--epochs 2] [--batch-size 256] [--stem Standard|Small] [--limit N] [--out FILE]

using System.Buffers.Binary;
using System.CommandLine;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet;
using ResNet.Torch;

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

/// <summary>A line for each epoch, and the way to it where the output is a terminal.</summary>
sealed class EpochLines : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.CompletedEpoch is { } epoch)
            Console.WriteLine($"\repoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainingLoss:F4}  train accuracy {epoch.TrainingAccuracy:F4}  test accuracy {epoch.ValidationAccuracy:F4}  {epoch.Duration.TotalSeconds:F0} s");
        else if (!Console.IsOutputRedirected)
            Console.Write($"\repoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.StepsPerEpoch}  loss {value.Loss:F4} ");
    }
}

/// <summary>The files as their authors publish them.</summary>
static class FashionMnist
{
    const int Side = 28;
    const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    public const string Official = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    static readonly string[] classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    static readonly Dictionary<string, string> sha256 = new()
    {
        ["train-images-idx3-ubyte.gz"] = "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ["train-labels-idx1-ubyte.gz"] = "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ["t10k-images-idx3-ubyte.gz"] = "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ["t10k-labels-idx1-ubyte.gz"] = "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    };

    sealed class Item
    {
        [ImageType(Side, Side)]
        public required MLImage Image { get; init; }

        public required string Label { get; init; }
    }

    /// <summary>The ten names in the set's own order, so that keys are its labels.</summary>
    public static IDataView Classes(MLContext mlContext) => mlContext.Data.LoadFromEnumerable(classes.Select(name => new { Label = name }));

    public static IDataView Load(MLContext mlContext, string folder, string part, int? limit = null)
    {
        var pixels = Read(folder, part, "images-idx3", magic: 0x803, headerBytes: 16);
        var labels = Read(folder, part, "labels-idx1", magic: 0x801, headerBytes: 8);
        if (pixels.Length != labels.Length * Side * Side)
            throw new InvalidDataException($"{folder}: the {part} files hold {pixels.Length / (Side * Side)} images and {labels.Length} labels.");
        return mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, Math.Min(labels.Length, limit ?? int.MaxValue)).Select(i => new Item
        {
            Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Bgra32, Opaque(pixels.AsSpan(i * Side * Side, Side * Side))),
            Label = classes[labels[i]],
        }));
    }

    public static int Count(string folder, string part) => Read(folder, part, "labels-idx1", 0x801, 8).Length;

    static byte[] Opaque(ReadOnlySpan<byte> grey)
    {
        var pixels = new byte[4 * grey.Length];
        for (var i = 0; i < grey.Length; i++)
            (pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2], pixels[4 * i + 3]) = (grey[i], grey[i], grey[i], 255);
        return pixels;
    }

    static byte[] Read(string folder, string part, string kind, int magic, int headerBytes)
    {
        var path = Path.Combine(folder, $"{part}-{kind}-ubyte.gz");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}. Leave --data out to have the set downloaded.");
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        var content = bytes.ToArray();
        return content.Length >= headerBytes && BinaryPrimitives.ReadInt32BigEndian(content) == magic
            ? content[headerBytes..]
            : throw new InvalidDataException($"{path} is not an idx file of {kind} (it should begin with {magic:x8}).");
    }

    /// <summary>The folder of Debian's package, else one of the user's, to which missing files are downloaded and checked.</summary>
    public static async Task<string> FindOrDownload(string source, CancellationToken cancellation)
    {
        if (source == Official && sha256.Keys.All(name => File.Exists(Path.Combine(DebianFolder, name))))
            return DebianFolder;
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "fashion-mnist");
        Directory.CreateDirectory(folder);
        using var client = new HttpClient();
        foreach (var (name, hash) in sha256.Where(file => !File.Exists(Path.Combine(folder, file.Key))))
        {
            var address = new Uri(new Uri(source), name);
            Console.WriteLine($"downloading {address}");
            var bytes = await Download(client, address, folder, cancellation);
            var actual = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (actual != hash)
                throw new InvalidDataException($"{address}: the SHA-256 is {actual}, {hash} was expected. Nothing was kept.");
            var part = Path.Combine(folder, $"{name}.part");
            await File.WriteAllBytesAsync(part, bytes, cancellation);
            File.Move(part, Path.Combine(folder, name), overwrite: true);
        }
        return folder;
    }

    static async Task<byte[]> Download(HttpClient client, Uri address, string folder, CancellationToken cancellation)
    {
        try
        {
            return await client.GetByteArrayAsync(address, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new HttpRequestException($"{address} could not be read ({e.Message}). Put the file into {folder} by hand, or name a folder with --data.", e);
        }
    }
}
