using System.Buffers;
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
        var bytes = Bytes();
        return bytes.Length == 0 ? Missing() : Read(reader ??= new(preset, decoding), bytes, File, target);
    }

    public override KeptImage Keep(ImagePreset preset)
    {
        var bytes = Bytes();
        return bytes.Length == 0 ? new KeptFault(Missing()) : new KeptBytes(this, reader ??= new(preset, decoding), bytes);
    }

    ReadOnlySpan<byte> Bytes()
    {
        get(ref encoded);
        if (!encoded.IsDense)
            encoded.CopyToDense(ref dense);
        return (encoded.IsDense ? encoded : dense).GetValues();
    }

    ImageFault? Read(ImageReader reader, ReadOnlySpan<byte> bytes, Func<string> file, Span<byte> target)
    {
        try
        {
            reader.Read(bytes, target);
            return null;
        }
        catch (ImageDecodingException e)
        {
            return new(Column, file(), $"not an image that can be used: {e.Reason}", e, CanBeSkipped: true);
        }
    }

    sealed class KeptBytes : KeptImage
    {
        readonly RowBytes rows;
        readonly ImageReader reader;
        readonly byte[] copy;
        readonly int length;
        readonly string file;

        public KeptBytes(RowBytes rows, ImageReader reader, ReadOnlySpan<byte> bytes)
        {
            (this.rows, this.reader, length, file) = (rows, reader, bytes.Length, rows.File());
            copy = ArrayPool<byte>.Shared.Rent(length);
            bytes.CopyTo(copy);
        }

        public override ImageFault? ReadOnce(ImagePreset preset, Span<byte> target)
        {
            var fault = rows.Read(reader, copy.AsSpan(0, length), () => file, target);
            ArrayPool<byte>.Shared.Return(copy);
            return fault;
        }
    }
}
