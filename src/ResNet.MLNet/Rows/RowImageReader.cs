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
    /// <param name="fault">When there is no image: the error, which names column, row and file.</param>
    public bool TryDecode([NotNullWhen(true)] out MLImage? decoded, [NotNullWhen(false)] out InvalidDataException? fault)
    {
        try
        {
            getImage(ref image);
            decoded = image is { Width: > 0, Height: > 0 } ? image : null;
            fault = decoded is null ? Fault("no image", null) : null;
            return decoded is not null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            (decoded, fault) = (null, Fault($"not an image that can be decoded ({e.Message})", e));
            return false;
        }
    }

    /// <summary>Copies the pixels of the image that was decoded last.</summary>
    /// <exception cref="InvalidDataException">It is of another size than the preset's, or of a format without colours.</exception>
    public void CopyPixels(MLImage decoded, ImagePreset preset, Span<byte> target)
    {
        if (decoded.Width != preset.Width || decoded.Height != preset.Height)
            throw Fault($"an image of {decoded.Width}×{decoded.Height} pixels, where {preset.Width}×{preset.Height} is expected. Put ResizeImages before the classifier", null);
        try
        {
            ImagePixels.Copy(decoded, preset, target);
        }
        catch (NotSupportedException e)
        {
            throw Fault(e.Message, e);
        }
    }

    InvalidDataException Fault(string what, Exception? cause) => new($"Column '{column}', row {row.Position}{File()}: {what}.", cause);

    string File()
    {
        ReadOnlyMemory<char> path = default;
        getPath?.Invoke(ref path);
        return path.IsEmpty ? "" : $" ({path})";
    }
}
