using System.Buffers;

namespace ResNet.Torch.Inference.Feeding;

/// <summary>Reads an image as a preset's pixels.</summary>
/// <param name="index">Its number.</param>
/// <param name="target"><see cref="ImagePreset.ScoredBytes"/> bytes, all of which are to be written.</param>
/// <returns>Null, or why there is no image.</returns>
internal delegate TFault? ReadImage<out TFault>(int index, Span<byte> target) where TFault : class;

/// <summary>Runs a network on images that lie one after the other.</summary>
/// <returns>As many figures for each, image after image.</returns>
internal delegate float[] ScoreImages(ReadOnlySpan<byte> pixels);

/// <summary>What a network gave for some images, of which some may be bad.</summary>
/// <typeparam name="TFault">What is said of a bad image.</typeparam>
internal sealed class ScoredImages<TFault> where TFault : class
{
    readonly TFault?[] faults;
    readonly int[] places; // image → its place among those that are good
    readonly float[] figures;
    readonly int perImage;

    ScoredImages(TFault?[] faults, int[] places, float[] figures, int good) =>
        (this.faults, this.places, this.figures, perImage) = (faults, places, figures, good == 0 ? 0 : figures.Length / good);

    /// <summary>Reads images, and runs the good ones through a network in one forward pass, all on the calling thread.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="preset">What they become. The figures of several crops of an image are averaged.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="score">Runs the network; null where nothing but the faults is wanted.</param>
    /// <param name="cancellation">Ends it before the next image.</param>
    public static ScoredImages<TFault> Of(int count, ImagePreset preset, ReadImage<TFault> read, ScoreImages? score, CancellationToken cancellation = default)
    {
        var faults = new TFault?[count];
        var places = new int[count];
        var (good, imageBytes) = (0, preset.ScoredBytes);
        var pixels = ArrayPool<byte>.Shared.Rent(checked(count * imageBytes));
        try
        {
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                places[i] = good;
                faults[i] = read(i, pixels.AsSpan(good * imageBytes, imageBytes));
                if (faults[i] is null)
                    good++;
            }
            var figures = good > 0 && score is not null ? CropAverages.Of(score(pixels.AsSpan(0, good * imageBytes)), preset.CropCount, good) : [];
            return new(faults, places, figures, good);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>Why an image is bad; null for a good one.</summary>
    public TFault? Fault(int index) => faults[index];

    /// <summary>What the network gave for a good image.</summary>
    public ReadOnlySpan<float> Figures(int index) => figures.AsSpan(places[index] * perImage, perImage);
}
