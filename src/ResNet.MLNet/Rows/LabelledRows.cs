using Microsoft.ML;
using Microsoft.ML.Runtime;
using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>Reads the labelled images of a data view into memory, in one pass.</summary>
internal static class LabelledRows
{
    /// <param name="data">Rows whose schema can be trained on.</param>
    /// <param name="options">Columns, channels and the policy for bad images.</param>
    /// <param name="channel">Told of rows that were left out.</param>
    /// <exception cref="InvalidDataException">A bad image (unless skipped), images of differing sizes, or no row at all.</exception>
    public static LabelledImages Read(IDataView data, ResNetClassifierOptions options, IChannel channel)
    {
        var columns = options.Columns;
        var label = data.Schema[columns.Label];
        using var cursor = data.GetRowCursor(RowImageReader.Needed(data.Schema, columns.Image).Append(label));
        var images = new RowImageReader(cursor, columns.Image);
        var getLabel = KeyGetter(cursor, label);
        LabelledImages? examples = null;
        byte[] pixels = [];
        long rows = 0, unlabelled = 0, bad = 0;
        string? firstBad = null;
        for (; cursor.MoveNext(); rows++)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            var key = getLabel();
            if (key == 0)
            {
                unlabelled++;
                continue;
            }
            if (!images.TryDecode(out var image, out var fault))
            {
                if (options.OnBadImage == BadImagePolicy.Throw)
                    throw new InvalidDataException($"{fault.Message} Set {nameof(ResNetClassifierOptions.OnBadImage)} to {nameof(BadImagePolicy.Skip)} to train without it.", fault.InnerException);
                firstBad ??= fault.Message;
                bad++;
                continue;
            }
            if (examples is null)
            {
                examples = new LabelledImages(ImagePreset.ImageNet(image.Height, image.Width, options.Channels), ClassLabels.Of(label).Count);
                pixels = new byte[examples.Preset.ImageBytes];
            }
            images.CopyPixels(image, examples.Preset, pixels);
            examples.Add(pixels, (int)(key - 1));
        }

        if (unlabelled > 0)
            channel.Warning(MessageSensitivity.None, $"{unlabelled} of {rows} rows have no label and were left out.");
        if (bad > 0)
            channel.Warning(MessageSensitivity.None, $"{bad} of {rows} images could not be read and were left out. The first: {firstBad}");
        return examples ?? throw new InvalidDataException(rows == 0
            ? "The data has no rows."
            : $"None of the {rows} rows can be trained on: {unlabelled} have no label in '{columns.Label}', {bad} no readable image in '{columns.Image}'.{(firstBad is null ? "" : " The first: " + firstBad)}");
    }

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
