using Microsoft.ML;
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
            var reader = new CursorReader(this, cursor, options);
            var goesOn = true;
            while (goesOn && cursor.MoveNext() && cursor.Batch <= Volatile.Read(ref lastBatch))
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                goesOn = reader.Read();
            }
            return reader.Rows;
        }
        catch (Exception e)
        {
            lock (gate)
                FirstError ??= e;
            EndAfter(long.MinValue);
            throw;
        }
    }

    /// <summary>What images of a size become where nothing else decides, and the batch of the first image, whose size it is.</summary>
    public (ImagePreset Preset, long BatchOfFirst) PresetFor((int Width, int Height) size, long batch)
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
    public ImagePreset? KnownPreset()
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

    /// <summary>Keeps an image's pixels, and gives its number.</summary>
    public int Keep(ReadOnlySpan<byte> pixels, int label, ImagePreset preset)
    {
        lock (gate)
        {
            var images = Stored(preset);
            images.Add(pixels, label);
            return images.Count - 1;
        }
    }

    /// <summary>Rows of later batches are not wanted.</summary>
    public void EndAfter(long batch)
    {
        lock (gate)
            lastBatch = Math.Min(lastBatch, batch);
    }

    public void Dispose() => Images?.Dispose();
}
