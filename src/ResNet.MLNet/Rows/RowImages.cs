using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>Reads the current row's image as a network wants it, in whatever form the column has it, and says where it is when it is bad.</summary>
internal abstract class RowImages
{
    /// <summary>The column of paths that <c>LoadImageFolder</c> makes: it names the file of an image that could not be decoded.</summary>
    const string PathColumn = "ImagePath";

    readonly ValueGetter<ReadOnlyMemory<char>>? getPath;

    protected RowImages(DataViewRow row, string column)
    {
        Column = column;
        if (row.Schema.GetColumnOrNull(PathColumn) is { Type: TextDataViewType } path && row.IsColumnActive(path))
            getPath = row.GetGetter<ReadOnlyMemory<char>>(path);
    }

    /// <summary>Name of the column.</summary>
    protected string Column { get; }

    /// <summary>The reader of a column: of images, of the paths of image files, or of what such files hold.</summary>
    public static RowImages Of(DataViewRow row, ImageScoringOptions options) => row.Schema[options.ImageColumnName].Type switch
    {
        ImageDataViewType => new RowPictures(row, options.ImageColumnName),
        TextDataViewType => new RowPaths(row, options.ImageColumnName, options.Decoding),
        _ => new RowBytes(row, options.ImageColumnName, options.Decoding),
    };

    /// <summary>The columns to read: the image, and the path where there is one.</summary>
    public static IEnumerable<DataViewSchema.Column> Needed(DataViewSchema schema, string column) =>
        schema.Where(c => !c.IsHidden && (c.Name == column || (c.Name == PathColumn && c.Type is TextDataViewType)));

    /// <summary>Reads the image.</summary>
    /// <param name="preset">What it becomes; the same at every call.</param>
    /// <param name="target"><see cref="ImagePreset.ScoredBytes"/> bytes.</param>
    /// <returns>Null, or why there is none.</returns>
    public abstract ImageFault? Read(ImagePreset preset, Span<byte> target);

    /// <summary>Keeps the image, for any thread to read when the row is gone: files undecoded, pixels of images that the pipeline made.</summary>
    /// <param name="preset">What it is to become; the same at every call.</param>
    public abstract KeptImage Keep(ImagePreset preset);

    /// <summary>The row's file in parentheses; empty where there is no column of paths.</summary>
    public string File()
    {
        ReadOnlyMemory<char> path = default;
        getPath?.Invoke(ref path);
        return path.IsEmpty ? "" : $" ({path})";
    }

    protected ImageFault Missing() => new(Column, File(), "no image", CanBeSkipped: true);
}
