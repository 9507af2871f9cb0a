using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.MLNet.Columns;

/// <summary>The column that a network's images come in, and what it must be.</summary>
internal static class ImageColumn
{
    const string Forms = "images, the paths of image files, or such files' bytes", Remedy = "Put LoadImages and ResizeImages before the network, or name the column of paths.";

    /// <summary>Requires the column, and returns it.</summary>
    /// <exception cref="ArgumentException">It is missing or holds neither images nor image files.</exception>
    public static DataViewSchema.Column Require(DataViewSchema schema, string name)
    {
        var image = Find.Column(schema, name, "image");
        return image.Type is ImageDataViewType or TextDataViewType or VectorDataViewType { ItemType: NumberDataViewType { RawType.Name: nameof(Byte) } }
            ? image
            : throw new ArgumentException($"The image column '{name}' must hold {Forms} (received {image.Type}). {Remedy}", nameof(schema));
    }

    /// <summary>Whether all of its images have a preset's size.</summary>
    public static bool IsOfSize(ImageDataViewType type, ImagePreset preset) => type.Width == preset.Width && type.Height == preset.Height;

    /// <summary>Requires images that a network can score: of its size, where the column has one and the preset does not resize, and of colours that it knows.</summary>
    /// <exception cref="ArgumentException">The column is missing, holds no images, or others than the network expects.</exception>
    public static void RequireImagesOf(ImagePreset preset, DataViewSchema schema, string name)
    {
        var images = Require(schema, name).Type as ImageDataViewType;
        if (preset.Channels is not (1 or 3))
            throw new ArgumentException($"The network expects images of {Counted.Of(preset.Channels, "channel")}; ML.NET's give 3 (RGB) or 1 (grey).");
        if (images is { Height: > 0, Width: > 0 } && !IsOfSize(images, preset) && !preset.Resizes)
            throw new ArgumentException($"The image column '{name}' holds {images.Width}×{images.Height} pixels; the network expects {preset.Width}×{preset.Height}, as it was trained. Put ResizeImages(\"{name}\", {preset.Width}, {preset.Height}) before it.");
        if (images is not null && IsOfSize(images, preset) && preset.Crops == ImageCrops.Ten)
            throw new ArgumentException($"The image column '{name}' holds {images.Width}×{images.Height} pixels, of which ten crops of that size cannot be cut, as the preset asks. Leave ResizeImages(\"{name}\") out, or name the column of paths: the preset resizes by itself. Or score such images by a preset whose {nameof(ImagePreset.Crops)} is {nameof(ImageCrops.Centre)}.");
    }

    /// <summary>What comes out where new columns are made of such a column: the promise of <see cref="OutputSchema"/>, made before there is any data.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static SchemaShape Promise(SchemaShape input, string name, IEnumerable<SchemaShape.Column> added)
    {
        var image = Find.Column(input, name, "image");
        var isScalar = image.Kind == SchemaShape.Column.VectorKind.Scalar;
        if (isScalar ? image.ItemType is not (ImageDataViewType or TextDataViewType) : image.ItemType.RawType != typeof(byte) || image.IsKey)
            throw new ArgumentException($"The image column '{name}' must hold {Forms} (received {Find.Describe(image)}). {Remedy}", nameof(input));

        var output = input.ToDictionary(column => column.Name);
        foreach (var column in added)
            output[column.Name] = column;
        return new SchemaShape(output.Values);
    }
}
