using Microsoft.ML;
using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>Reads one cursor's rows in a pass.</summary>
internal sealed class CursorReader
{
    readonly ReadingPass pass;
    readonly DataViewRowCursor cursor;
    readonly bool skipsBadImages;
    readonly RowImages images;
    readonly Func<ulong> getLabel;
    readonly Func<int, bool> read;
    readonly List<ReadRow> rows = [];
    byte[] pixels = [];
    bool hasKept;

    /// <param name="pass">What this cursor shares with the others.</param>
    /// <param name="cursor">Before its first row.</param>
    /// <param name="options">Columns, and what becomes of bad images.</param>
    public CursorReader(ReadingPass pass, DataViewRowCursor cursor, ResNetClassifierOptions options)
    {
        (this.pass, this.cursor, skipsBadImages) = (pass, cursor, options.OnBadImage == BadImagePolicy.Skip);
        (images, getLabel) = (RowImages.Of(cursor, options), KeyGetter(cursor, cursor.Schema[options.LabelColumnName]));
        read = pass.KnownPreset() is { } known ? ReaderAs(known) : ReadOfAnySize;
    }

    /// <summary>What the rows came to so far.</summary>
    public ReadRow[] Rows => [.. rows];

    /// <summary>Reads the row where the cursor stands.</summary>
    /// <returns>Whether the next one is wanted.</returns>
    public bool Read()
    {
        var key = getLabel();
        if (key > 0)
            return read((int)(key - 1));
        rows.Add(new(cursor.Batch));
        return true;
    }

    /// <summary>Reads the centres of images as a preset that is known beforehand.</summary>
    Func<int, bool> ReaderAs(ImagePreset preset)
    {
        var centre = preset.OfCentre;
        return label =>
        {
            if (images.Read(centre, RoomFor(centre)) is { } fault)
                return Tell(fault);
            rows.Add(new(cursor.Batch, pass.Keep(pixels, label, preset)));
            return true;
        };
    }

    /// <summary>Reads one of images made by the pipeline, which all are to have the size of the first.</summary>
    bool ReadOfAnySize(int label)
    {
        var pictures = (RowPictures)images;
        if (!pictures.TryDecode(out var image, out var fault))
            return Tell(fault);
        var size = (image.Width, image.Height);
        var (preset, batchOfFirst) = pass.PresetFor(size, cursor.Batch);
        if (size != (preset.Width, preset.Height))
        {
            // It or the first that was kept is not of the size of the first in order.
            rows.Add(new(cursor.Batch, Seen: new(size, images.File())));
            pass.EndAfter(Math.Max(cursor.Batch, batchOfFirst));
            return batchOfFirst > cursor.Batch;
        }
        if (pictures.CopyPixels(image, preset, RoomFor(preset)) is { } unusable)
            return Tell(unusable);
        rows.Add(new(cursor.Batch, pass.Keep(pixels, label, preset), Seen: hasKept ? null : new(size, images.File())));
        hasKept = true;
        return true;
    }

    /// <summary>A row without an image that can be used, behind which nothing is wanted unless such rows are skipped.</summary>
    bool Tell(ImageFault fault)
    {
        rows.Add(new(cursor.Batch, Fault: fault));
        if (fault.CanBeSkipped && skipsBadImages)
            return true;
        pass.EndAfter(cursor.Batch);
        return false;
    }

    byte[] RoomFor(ImagePreset preset) => pixels.Length == 0 ? pixels = new byte[preset.ImageBytes] : pixels;

    /// <summary>The label as a number from 1; 0 where it is missing.</summary>
    static Func<ulong> KeyGetter(DataViewRow row, DataViewSchema.Column label) => Type.GetTypeCode(label.Type.RawType) switch
    {
        TypeCode.Byte => Get<byte>(row, label, key => key),
        TypeCode.UInt16 => Get<ushort>(row, label, key => key),
        TypeCode.UInt32 => Get<uint>(row, label, key => key),
        _ => Get<ulong>(row, label, key => key),
    };

    static Func<ulong> Get<T>(DataViewRow row, DataViewSchema.Column label, Func<T, ulong> widen)
    {
        var get = row.GetGetter<T>(label);
        var key = default(T)!;
        return () =>
        {
            get(ref key);
            return widen(key);
        };
    }
}
