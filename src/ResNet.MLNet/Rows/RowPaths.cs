using Microsoft.ML;
using ResNet.Torch;
using ResNet.Torch.Images;

namespace ResNet.MLNet.Rows;

/// <summary>Reads a column of the paths of image files.</summary>
internal sealed class RowPaths(DataViewRow row, string column, ImageDecodingOptions decoding) : RowImages(row, column)
{
    readonly ValueGetter<ReadOnlyMemory<char>> get = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[column]);
    ImageReader? reader;

    public override ImageFault? Read(ImagePreset preset, Span<byte> target)
    {
        ReadOnlyMemory<char> path = default;
        get(ref path);
        if (path.IsEmpty)
            return Missing();
        try
        {
            (reader ??= new(preset, decoding)).Read(path.ToString(), target);
            return null;
        }
        catch (ImageDecodingException e)
        {
            return new(Column, $" ({path})", $"not an image that can be used: {e.Reason}", e, CanBeSkipped: true);
        }
    }
}
