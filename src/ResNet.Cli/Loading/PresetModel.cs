using ResNet.Torch;

namespace ResNet.Cli.Loading;

/// <summary>A model that takes pixels as its preset says; images are decoded on all processors.</summary>
abstract class PresetModel : LoadedModel
{
    public override IReadOnlyList<ImageScore> Score(IReadOnlyList<ModelImage> images)
    {
        var preset = Preset!;
        var (read, errors) = (new byte[]?[images.Count], new Exception?[images.Count]);
        Parallel.For(0, images.Count, i =>
        {
            try
            {
                read[i] = images[i].Read(preset);
            }
            catch (Exception e) when (e is ImageDecodingException or IOException or UnauthorizedAccessException)
            {
                errors[i] = e;
            }
        });
        var good = read.OfType<byte[]>().ToList();
        var pixels = new byte[good.Count * preset.ImageBytes];
        for (var i = 0; i < good.Count; i++)
            good[i].CopyTo(pixels, i * preset.ImageBytes);
        var scores = Score(pixels).AsMemory();
        var next = 0;
        return [.. errors.Select(error => error is null ? new ImageScore(scores.Slice(next++ * ClassNames.Count, ClassNames.Count)) : new ImageScore(default, error))];
    }

    /// <summary>Probabilities of images in one forward pass.</summary>
    /// <param name="pixels">Images of <see cref="ImagePreset.ImageBytes"/> bytes, one after the other; perhaps none.</param>
    /// <returns>N × classes.</returns>
    protected abstract float[] Score(ReadOnlySpan<byte> pixels);
}
