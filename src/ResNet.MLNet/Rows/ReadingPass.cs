using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.MLNet.Columns;
using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>One pass over the rows: what the cursors' threads share.</summary>
/// <remarks>
/// When a row is met that training must not go on from, the others read on to that row's batch and no further: the first such row,
/// which is the one to be told, is then among those that were read.
/// </remarks>
internal sealed class ReadingPass(DataViewSchema schema, ResNetClassifierOptions options) : IDisposable
{
    readonly Lock gate = new();
    long lastBatch = long.MaxValue;
    long batchOfFirstImage;

    /// <summary>The images, in no particular order; null before the first. Disposed with this.</summary>
    public LabelledImages? Images { get; private set; }

    /// <summary>The error that ended the pass.</summary>
    public Exception? FirstError { get; private set; }

    /// <summary>Reads a cursor's rows to their end, or to where the pass ends.</summary>
    public ReadRow[] Read(DataViewRowCursor cursor)
    {
        try
        {
            var rows = new List<ReadRow>();
            var images = RowImages.Of(cursor, options);
            var known = KnownPreset();
            var read = known?.OfCentre;
            var getLabel = KeyGetter(cursor, schema[options.LabelColumnName]);
            byte[] pixels = [];
            var kept = false;
            while (cursor.MoveNext() && cursor.Batch <= Volatile.Read(ref lastBatch))
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                var batch = cursor.Batch;
                var key = getLabel();
                if (key == 0)
                {
                    rows.Add(new(batch));
                    continue;
                }
                MLImage? image = null;
                ImageFault? fault;
                if (read is not null)
                {
                    if (pixels.Length == 0)
                        pixels = new byte[read.ImageBytes];
                    fault = images.Read(read, pixels);
                }
                else
                    _ = ((RowPictures)images).TryDecode(out image, out fault);
                if (fault is not null)
                {
                    rows.Add(new(batch, Fault: fault));
                    if (fault.CanBeSkipped && options.OnBadImage == BadImagePolicy.Skip)
                        continue;
                    EndAfter(batch);
                    break;
                }
                if (image is null)
                {
                    rows.Add(new(batch, Keep(pixels, (int)(key - 1), known!)));
                    continue;
                }
                var size = (image.Width, image.Height);
                var (preset, batchOfFirst) = PresetFor(size, batch);
                if (size != (preset.Width, preset.Height))
                {
                    // It or the first that was kept is not of the size of the first in order.
                    rows.Add(new(batch, Seen: new(size, images.File())));
                    EndAfter(Math.Max(batch, batchOfFirst));
                    if (batchOfFirst <= batch)
                        break;
                    continue;
                }
                if (pixels.Length == 0)
                    pixels = new byte[preset.ImageBytes];
                if (((RowPictures)images).CopyPixels(image, preset, pixels) is { } unusable)
                {
                    rows.Add(new(batch, Fault: unusable));
                    EndAfter(batch);
                    break;
                }
                rows.Add(new(batch, Keep(pixels, (int)(key - 1), preset), Seen: kept ? null : new(size, images.File())));
                kept = true;
            }
            return [.. rows];
        }
        catch (Exception e)
        {
            lock (gate)
                FirstError ??= e;
            EndAfter(long.MinValue);
            throw;
        }
    }

    (ImagePreset Preset, long BatchOfFirst) PresetFor((int Width, int Height) size, long batch)
    {
        lock (gate)
        {
            if (Images is null)
                batchOfFirstImage = batch;
            return (Stored(PresetOf(size)).Preset, batchOfFirstImage);
        }
    }

    /// <summary>The images, which the first one's preset makes.</summary>
    LabelledImages Stored(ImagePreset preset)
    {
        if (Images is null)
        {
            var classes = ClassLabels.Of(schema[options.LabelColumnName]);
            Images = new(preset, classes.Count, options.MemoryLimit) { ClassNames = classes.Names };
        }
        return Images;
    }

    /// <summary>What images become; null where the first one's size decides.</summary>
    ImagePreset? KnownPreset()
    {
        if (options.Preset is not null || schema[options.ImageColumnName].Type is ImageDataViewType)
            return options.Preset;
        return FineTuned() ?? ImagePreset.ImageNet(224, 224, options.Channels) with { ResizeShorterSide = ImagePresets.TorchvisionV1.ResizeShorterSide };
    }

    /// <summary>The preset of the classifier that is fine-tuned, where there is one of as many channels.</summary>
    ImagePreset? FineTuned() => options.Training.FineTuning?.ReadPreset() is { } given && given.Channels == options.Channels ? given : null;

    /// <summary>ImageNet's mean and deviation; those of the classifier that is fine-tuned, where there is one of as many channels.</summary>
    ImagePreset PresetOf((int Width, int Height) size) => FineTuned() is { } given
        ? new(size.Height, size.Width, given.Mean, given.Std) { ChannelOrder = given.ChannelOrder }
        : ImagePreset.ImageNet(size.Height, size.Width, options.Channels);

    int Keep(ReadOnlySpan<byte> pixels, int label, ImagePreset preset)
    {
        lock (gate)
        {
            var images = Stored(preset);
            images.Add(pixels, label);
            return images.Count - 1;
        }
    }

    void EndAfter(long batch)
    {
        lock (gate)
            lastBatch = Math.Min(lastBatch, batch);
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

    public void Dispose() => Images?.Dispose();
}
