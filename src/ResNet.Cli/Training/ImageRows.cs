using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Cli.Loading;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Training;

/// <summary>Labelled images as rows of ML.NET's.</summary>
static class ImageRows
{
    /// <summary>A row of an image file, as <c>LoadImageFolder</c> gives it.</summary>
    public sealed class OfFile
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    sealed class OfPixels
    {
        [ImageType(1, 1)] // overruled by the definition
        public MLImage Image { get; set; } = null!;

        public string Label { get; set; } = "";
    }

    sealed class OfClass
    {
        public string Label { get; set; } = "";
    }

    /// <summary>The column of images: of their paths, or of pixels.</summary>
    public static string ColumnOf(ImageData data) => data.Images[0] is ModelImage.OfPixels ? nameof(OfPixels.Image) : nameof(OfFile.ImagePath);

    /// <summary>Rows with an image column and a key "Label" that numbers classes as <paramref name="classNames"/> does.</summary>
    public static IDataView Of(MLContext mlContext, ImageData data, IReadOnlyList<string> classNames)
    {
        var unknown = data.ClassNames.Except(classNames, StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
            throw new CommandException($"{data.Title} has {Counted.Of(unknown.Count, "class", "classes")} that the images to train on have not: {Few.Of([.. unknown.Select(name => $"'{name}'")])}.");
        var rows = data.Images[0] is ModelImage.OfPixels first
            ? mlContext.Data.LoadFromEnumerable(data.Images.Select((image, i) => new OfPixels { Image = Picture((ModelImage.OfPixels)image), Label = Label(i) }), Definition(first.Size))
            : mlContext.Data.LoadFromEnumerable(data.Images.Select((image, i) => new OfFile { ImagePath = image.Name, Label = Label(i) }));
        var classes = mlContext.Data.LoadFromEnumerable(classNames.Select(name => new OfClass { Label = name }));
        return mlContext.Transforms.Conversion.MapValueToKey(nameof(OfClass.Label), keyData: classes).Fit(rows).Transform(rows);

        string Label(int i) => data.ClassNames[data.Labels[i]];
    }

    static SchemaDefinition Definition(ImageSize size)
    {
        new ImageTypeAttribute(size.Height, size.Width).Register(); // else ML.NET has no getter for images of that size
        var definition = SchemaDefinition.Create(typeof(OfPixels));
        definition[nameof(OfPixels.Image)].ColumnType = new ImageDataViewType(size.Height, size.Width);
        return definition;
    }

    /// <summary>The same pixels as ML.NET's image: red, green and blue are equal where there is one channel.</summary>
    public static MLImage Picture(ModelImage.OfPixels image)
    {
        var pixels = image.Values.Span;
        var count = image.Size.Height * image.Size.Width;
        var rgba = new byte[4 * count];
        for (var i = 0; i < count; i++)
        {
            for (var channel = 0; channel < 3; channel++)
                rgba[4 * i + channel] = pixels[image.Channels * i + channel % image.Channels];
            rgba[4 * i + 3] = byte.MaxValue;
        }
        return MLImage.CreateFromPixels(image.Size.Width, image.Size.Height, MLPixelFormat.Rgba32, rgba);
    }
}
