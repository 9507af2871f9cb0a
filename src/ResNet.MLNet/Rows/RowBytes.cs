using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Images;

namespace ResNet.MLNet.Rows;

/// <summary>Reads a column of bytes that are what image files hold.</summary>
internal sealed class RowBytes(DataViewRow row, string column, ImageDecodingOptions decoding) : RowImages(row, column)
{
    readonly ValueGetter<VBuffer<byte>> get = row.GetGetter<VBuffer<byte>>(row.Schema[column]);
    VBuffer<byte> encoded, dense;
    ImageReader? reader;

    public override ImageFault? Read(ImagePreset preset, Span<byte> target)
    {
        get(ref encoded);
        if (encoded.Length == 0)
            return Missing();
        try
        {
            if (!encoded.IsDense)
                encoded.CopyToDense(ref dense);
            (reader ??= new(preset, decoding)).Read((encoded.IsDense ? encoded : dense).GetValues(), target);
            return null;
        }
        catch (ImageDecodingException e)
        {
            return new(Column, File(), $"not an image that can be used: {e.Reason}", e, CanBeSkipped: true);
        }
    }
}
