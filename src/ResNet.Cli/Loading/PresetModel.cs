using System.Buffers;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.Cli.Loading;

/// <summary>A model that takes pixels as its preset says; the images of a batch are decoded on all processors, then scored together.</summary>
abstract class PresetModel : LoadedModel
{
    /// <summary>What images become.</summary>
    public required ImagePreset Preset { get; init; }

    protected override int BatchSize => ScoringBatch.Automatic(Preset);

    protected override IReadOnlyList<ImageScores> ScoreBatch(IReadOnlyList<ModelImage> images)
    {
        var (bytes, errors) = (Preset.ScoredBytes, new string?[images.Count]);
        var pixels = ArrayPool<byte>.Shared.Rent(checked(images.Count * bytes));
        try
        {
            Parallel.For(0, images.Count, i => errors[i] = TryRead(images[i], pixels.AsSpan(i * bytes, bytes)));
            var good = 0; // they move up to where bad ones are
            for (var i = 0; i < images.Count; i++)
            {
                if (errors[i] is null)
                    pixels.AsSpan(i * bytes, bytes).CopyTo(pixels.AsSpan(good++ * bytes, bytes));
            }
            var ofCrops = good == 0 ? [] : Score(pixels.AsSpan(0, good * bytes));
            var scores = new Queue<float[]>(CropAverages.Of(ofCrops, Preset.CropCount, Math.Max(good, 1)).Chunk(ClassNames.Count));
            return [.. images.Zip(errors, (image, error) => new ImageScores(image.Name, error is null ? scores.Dequeue() : null, error))];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    string? TryRead(ModelImage image, Span<byte> target)
    {
        try
        {
            image.Read(Preset, target);
            return null;
        }
        catch (ImageDecodingException e)
        {
            return e.Reason;
        }
    }

    /// <summary>Probabilities of images.</summary>
    /// <param name="pixels">Images of <see cref="ImagePreset.ImageBytes"/> bytes, one after the other.</param>
    /// <returns>N × classes.</returns>
    protected abstract float[] Score(ReadOnlySpan<byte> pixels);
}
