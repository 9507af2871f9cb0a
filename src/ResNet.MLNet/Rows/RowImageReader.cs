using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>Reads the image of the current row, and says where it is when it is bad.</summary>
/// <remarks>
/// ML.NET's getters dispose the image they are given, and a resizer may hand on its source's: so the pixels are copied
/// at once, and the image is left to the pipeline to dispose.
/// </remarks>
internal sealed class RowImageReader
{
    /// <summary>The column of paths that <c>LoadImageFolder</c> makes: it names the file of an image that could not be decoded.</summary>
    const string PathColumn = "ImagePath";

    readonly DataViewRow row;
    readonly string column;
    readonly ValueGetter<MLImage> getImage;
    readonly ValueGetter<ReadOnlyMemory<char>>? getPath;
    MLImage image = null!;

    public RowImageReader(DataViewRow row, string column)
    {
        (this.row, this.column) = (row, column);
        getImage = row.GetGetter<MLImage>(row.Schema[column]);
        if (row.Schema.GetColumnOrNull(PathColumn) is { Type: TextDataViewType } path && row.IsColumnActive(path))
            getPath = row.GetGetter<ReadOnlyMemory<char>>(path);
    }

    /// <summary>The columns to read: the image, and the path where there is one.</summary>
    public static IEnumerable<DataViewSchema.Column> Needed(DataViewSchema schema, string column) =>
        schema.Where(c => !c.IsHidden && (c.Name == column || (c.Name == PathColumn && c.Type is TextDataViewType)));

    /// <summary>Decodes the row's image.</summary>
    /// <param name="decoded">Valid until the next call.</param>
    /// <param name="fault">When there is no image, why.</param>
    public bool TryDecode([NotNullWhen(true)] out MLImage? decoded, [NotNullWhen(false)] out ImageFault? fault)
    {
        try
        {
            getImage(ref image);
            decoded = image is { Width: > 0, Height: > 0 } ? image : null;
            fault = decoded is null ? new(column, File(), "no image", CanBeSkipped: true) : null;
            return decoded is not null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            (decoded, fault) = (null, new(column, File(), $"not an image that can be decoded ({e.Message})", e, CanBeSkipped: true));
            return false;
        }
    }

    /// <summary>Copies the pixels of the image that was decoded last.</summary>
    /// <returns>Null, or why it cannot be used: it is of another size than the preset's, or of a format without colours.</returns>
    public ImageFault? CopyPixels(MLImage decoded, ImagePreset preset, Span<byte> target)
    {
        if (decoded.Width != preset.Width || decoded.Height != preset.Height)
            return OtherSize(column, File(), (decoded.Width, decoded.Height), (preset.Width, preset.Height));
        try
        {
            ImagePixels.Copy(decoded, preset, target);
            return null;
        }
        catch (NotSupportedException e)
        {
            return new(column, File(), e.Message, e);
        }
    }

    /// <summary>The fault of an image whose size is not the expected one.</summary>
    public static ImageFault OtherSize(string column, string file, (int Width, int Height) size, (int Width, int Height) expected) =>
        new(column, file, $"an image of {size.Width}×{size.Height} pixels, where {expected.Width}×{expected.Height} is expected. Put ResizeImages before the classifier");

    /// <summary>The row's file in parentheses; empty where there is no column of paths.</summary>
    public string File()
    {
        ReadOnlyMemory<char> path = default;
        getPath?.Invoke(ref path);
        return path.IsEmpty ? "" : $" ({path})";
    }
}
