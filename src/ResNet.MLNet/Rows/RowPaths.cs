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
        var path = Path();
        return path.Length == 0 ? Missing() : Read(reader ??= new(preset, decoding), path, target);
    }

    public override KeptImage Keep(ImagePreset preset)
    {
        var path = Path();
        return path.Length == 0 ? new KeptFault(Missing()) : new KeptPath(this, reader ??= new(preset, decoding), path);
    }

    string Path()
    {
        ReadOnlyMemory<char> path = default;
        get(ref path);
        return path.ToString();
    }

    ImageFault? Read(ImageReader reader, string path, Span<byte> target)
    {
        try
        {
            reader.Read(path, target);
            return null;
        }
        catch (ImageDecodingException e)
        {
            return new(Column, $" ({path})", $"not an image that can be used: {e.Reason}", e, CanBeSkipped: true);
        }
    }

    sealed class KeptPath(RowPaths rows, ImageReader reader, string path) : KeptImage
    {
        public override ImageFault? ReadOnce(ImagePreset preset, Span<byte> target) => rows.Read(reader, path, target);
    }
}
