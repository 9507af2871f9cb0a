using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch;

namespace ResNet.MLNet.Columns;

/// <summary>The names of the columns that scoring reads and adds, and what they must be.</summary>
internal sealed record ScoringColumns(string Image, string Score, string PredictedLabel)
{
    const string Remedy = "Put LoadImages and ResizeImages before the network.";

    /// <summary>What is wrong with the names, in the words of the options.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (option, name) in new[]
        {
            (nameof(ResNetScorerOptions.ImageColumnName), Image), (nameof(ResNetScorerOptions.ScoreColumnName), Score),
            (nameof(ResNetScorerOptions.PredictedLabelColumnName), PredictedLabel),
        })
        {
            if (string.IsNullOrWhiteSpace(name))
                yield return $"{option} must name a column (was empty)";
        }
        if (Score == PredictedLabel)
            yield return $"{nameof(ResNetScorerOptions.ScoreColumnName)} and {nameof(ResNetScorerOptions.PredictedLabelColumnName)} must differ (both were '{Score}')";
    }

    /// <summary>Requires the image column, and returns it.</summary>
    /// <exception cref="ArgumentException">It is missing or holds no images.</exception>
    public DataViewSchema.Column RequireImage(DataViewSchema schema)
    {
        var image = Find.Column(schema, Image, "image");
        return image.Type is ImageDataViewType
            ? image
            : throw new ArgumentException($"The image column '{Image}' must hold images (received {image.Type}). {Remedy}", nameof(schema));
    }

    /// <summary>Requires images that a network can score: of its size, where the column has one, and of colours that it knows.</summary>
    /// <exception cref="ArgumentException">The column is missing, holds no images, or others than the network expects.</exception>
    public void RequireImagesOf(ImagePreset preset, DataViewSchema schema)
    {
        var images = (ImageDataViewType)RequireImage(schema).Type;
        if (preset.Channels is not (1 or 3))
            throw new ArgumentException($"The network expects images of {preset.Channels} channels; ML.NET's give 3 (RGB) or 1 (grey).");
        if (images is { Height: > 0, Width: > 0 } && (images.Height != preset.Height || images.Width != preset.Width))
            throw new ArgumentException($"The image column '{Image}' holds {images.Width}×{images.Height} pixels; the network expects {preset.Width}×{preset.Height}, as it was trained. Put ResizeImages(\"{Image}\", {preset.Width}, {preset.Height}) before it.");
    }

    /// <summary>The promise of <see cref="ScoreSchema"/>, made before there is any data.</summary>
    /// <param name="input">What comes in.</param>
    /// <param name="labelValues">Type of the values that the predicted keys stand for; null where they stand for none.</param>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public SchemaShape OutputShape(SchemaShape input, DataViewType? labelValues)
    {
        var image = Find.Column(input, Image, "image");
        if (image.ItemType is not ImageDataViewType || image.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw new ArgumentException($"The image column '{Image}' must hold images (received {Find.Describe(image)}). {Remedy}", nameof(input));

        var output = input.ToDictionary(column => column.Name);
        foreach (var column in ScoreSchema.Promise(this, labelValues))
            output[column.Name] = column;
        return new SchemaShape(output.Values);
    }
}
