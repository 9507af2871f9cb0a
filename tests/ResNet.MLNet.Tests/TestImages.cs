using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>Small generated images whose bright half names the class, as rows in memory and as files.</summary>
static class TestImages
{
    public const int Size = 16;

    public static readonly string[] Classes = ["left", "right", "top"];

    public static readonly TrainingOptions Brief = new() { Epochs = 1, BatchSize = 8, Seed = 1, Augmentation = new() { CropPadding = 1, HorizontalFlip = 0 } };

    /// <summary>The standard stem takes a twentieth of the small one's arithmetic.</summary>
    public static readonly ResNetClassifierOptions Options = new() { Training = Brief, ScoringBatchSize = 4, Stem = Stem.Standard };

    public sealed class Row
    {
        [ImageType(Size, Size)]
        public required MLImage Image { get; init; }

        public required string Class { get; init; }

        public required int Number { get; init; }
    }

    /// <summary>Rows in memory with a key column "Label"; each read makes its images anew.</summary>
    public static IDataView Rows(MLContext mlContext, int count, Func<IDataView, IDataView>? change = null)
    {
        IDataView rows = mlContext.Data.LoadFromEnumerable(Enumerate(count));
        rows = change?.Invoke(rows) ?? rows;
        return mlContext.Transforms.Conversion.MapValueToKey("Label", "Class").Fit(rows).Transform(rows);
    }

    static IEnumerable<Row> Enumerate(int count)
    {
        for (var i = 0; i < count; i++)
            yield return new Row { Image = Image(i % 3, seed: i), Class = Classes[i % 3], Number = i };
    }

    public static MLImage Image(int label, int seed, int size = Size) => MLImage.CreateFromPixels(size, size, MLPixelFormat.Bgra32, Pixels(label, seed, size));

    static byte[] Pixels(int label, int seed, int size)
    {
        var random = new Random(seed);
        var pixels = new byte[size * size * 4];
        for (var i = 0; i < size * size; i++)
        {
            var bright = label switch { 0 => i % size < size / 2, 1 => i % size >= size / 2, _ => i / size < size / 2 };
            for (var channel = 0; channel < 3; channel++)
                pixels[4 * i + channel] = (byte)(random.Next(80) + (bright ? 150 : 0));
            pixels[4 * i + 3] = 255;
        }
        return pixels;
    }

    /// <summary>Writes PNG files, <c>class/NN.png</c>, to a new temporary folder.</summary>
    public static TemporaryFolder Files(int perClass, int size = Size)
    {
        var folder = new TemporaryFolder();
        for (var label = 0; label < Classes.Length; label++)
        {
            for (var i = 0; i < perClass; i++)
            {
                using var image = Image(label, seed: 100 * label + i, size);
                image.Save(folder.File(Classes[label], $"{i:D2}.png"));
            }
        }
        return folder;
    }

    /// <summary>The usual pipeline on a folder of images.</summary>
    public static IDataView LoadFiles(MLContext mlContext, string path)
    {
        var files = mlContext.Data.LoadImageFolder(path);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.LoadImages("Image", null, "ImagePath"));
        return pipeline.Fit(files).Transform(files);
    }
}
