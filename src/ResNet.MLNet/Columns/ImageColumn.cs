using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch;

namespace ResNet.MLNet.Columns;

/// <summary>The column that a network's images come in, and what it must be.</summary>
internal static class ImageColumn
{
    const string Remedy = "Put LoadImages and ResizeImages before the network.";

    /// <summary>Requires the column, and returns it.</summary>
    /// <exception cref="ArgumentException">It is missing or holds no images.</exception>
    public static DataViewSchema.Column Require(DataViewSchema schema, string name)
    {
        var image = Find.Column(schema, name, "image");
        return image.Type is ImageDataViewType
            ? image
            : throw new ArgumentException($"The image column '{name}' must hold images (received {image.Type}). {Remedy}", nameof(schema));
    }

    /// <summary>Requires images that a network can score: of its size, where the column has one, and of colours that it knows.</summary>
    /// <exception cref="ArgumentException">The column is missing, holds no images, or others than the network expects.</exception>
    public static void RequireImagesOf(ImagePreset preset, DataViewSchema schema, string name)
    {
        var images = (ImageDataViewType)Require(schema, name).Type;
        if (preset.Channels is not (1 or 3))
            throw new ArgumentException($"The network expects images of {preset.Channels} channels; ML.NET's give 3 (RGB) or 1 (grey).");
        if (images is { Height: > 0, Width: > 0 } && (images.Height != preset.Height || images.Width != preset.Width))
            throw new ArgumentException($"The image column '{name}' holds {images.Width}×{images.Height} pixels; the network expects {preset.Width}×{preset.Height}, as it was trained. Put ResizeImages(\"{name}\", {preset.Width}, {preset.Height}) before it.");
    }

    /// <summary>What comes out where new columns are made of such a column: the promise of <see cref="OutputSchema"/>, made before there is any data.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static SchemaShape Promise(SchemaShape input, string name, IEnumerable<SchemaShape.Column> added)
    {
        var image = Find.Column(input, name, "image");
        if (image.ItemType is not ImageDataViewType || image.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw new ArgumentException($"The image column '{name}' must hold images (received {Find.Describe(image)}). {Remedy}", nameof(input));

        var output = input.ToDictionary(column => column.Name);
        foreach (var column in added)
            output[column.Name] = column;
        return new SchemaShape(output.Values);
    }
}
