using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet.Columns;
using ResNet.Torch;
using ResNet.Torch.Images;

namespace ResNet.MLNet.Rows;

/// <summary>Reads a column of images, as LoadImages makes it.</summary>
/// <remarks>
/// ML.NET's getters dispose the image they are given, and a resizer may hand on its source's: so the pixels are copied
/// at once, and the image is left to the pipeline to dispose.
/// </remarks>
internal sealed class RowPictures : RowImages
{
    readonly ValueGetter<MLImage> getImage;
    readonly ImageDataViewType type;
    MLImage image = null!;

    public RowPictures(DataViewRow row, string column) : base(row, column)
    {
        getImage = row.GetGetter<MLImage>(row.Schema[column]);
        type = (ImageDataViewType)row.Schema[column].Type;
    }

    public override ImageFault? Read(ImagePreset preset, Span<byte> target) =>
        TryDecode(out var decoded, out var fault) ? CopyPixels(decoded, preset, target) : fault;

    public override KeptImage Keep(ImagePreset preset)
    {
        var pixels = ArrayPool<byte>.Shared.Rent(preset.ScoredBytes);
        if (Read(preset, pixels.AsSpan(0, preset.ScoredBytes)) is not { } fault)
            return new KeptPixels(pixels);
        ArrayPool<byte>.Shared.Return(pixels);
        return new KeptFault(fault);
    }

    sealed class KeptPixels(byte[] pixels) : KeptImage
    {
        public override ImageFault? ReadOnce(ImagePreset preset, Span<byte> target)
        {
            pixels.AsSpan(0, target.Length).CopyTo(target);
            ArrayPool<byte>.Shared.Return(pixels);
            return null;
        }
    }

    /// <summary>Decodes the row's image.</summary>
    /// <param name="decoded">Valid until the next call.</param>
    /// <param name="fault">When there is no image, why.</param>
    public bool TryDecode([NotNullWhen(true)] out MLImage? decoded, [NotNullWhen(false)] out ImageFault? fault)
    {
        try
        {
            getImage(ref image);
            decoded = image is { Width: > 0, Height: > 0 } ? image : null;
            fault = decoded is null ? Missing() : null;
            return decoded is not null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            (decoded, fault) = (null, new(Column, File(), $"not an image that can be decoded ({e.Message})", e, CanBeSkipped: true));
            return false;
        }
    }

    /// <summary>Copies the pixels of the image that was decoded last; one that the pipeline did not make of the preset's size is resized and cropped as the preset says.</summary>
    /// <returns>Null, or why it cannot be used: it is of another size than a preset that does not resize has, or of a format without colours.</returns>
    public ImageFault? CopyPixels(MLImage decoded, ImagePreset preset, Span<byte> target)
    {
        try
        {
            if (preset.Resizes && !ImageColumn.IsOfSize(type, preset))
                return Prepare(decoded, preset, target);
            if (decoded.Width != preset.Width || decoded.Height != preset.Height)
                return OtherSize(Column, File(), (decoded.Width, decoded.Height), (preset.Width, preset.Height));
            ImagePixels.Copy(decoded, preset.Channels, target);
            return null;
        }
        catch (NotSupportedException e)
        {
            return new(Column, File(), e.Message, e);
        }
    }

    ImageFault? Prepare(MLImage decoded, ImagePreset preset, Span<byte> target)
    {
        using var whole = new DecodedImage(new PixelShape(decoded.Height, decoded.Width, preset.Channels));
        ImagePixels.Copy(decoded, preset.Channels, whole.Pixels);
        return preset.Prepare(whole, target) is { } fault ? new(Column, File(), fault) : null;
    }

    /// <summary>The fault of an image whose size is not the expected one.</summary>
    public static ImageFault OtherSize(string column, string file, (int Width, int Height) size, (int Width, int Height) expected) =>
        new(column, file, $"an image of {size.Width}×{size.Height} pixels, where {expected.Width}×{expected.Height} is expected. Put ResizeImages before the classifier");
}
