namespace ResNet.Torch.Images;

/// <summary>Changes images at random as options say, the same for the same seed, epoch and image; on as many threads as one likes.</summary>
/// <param name="options">Without faults.</param>
/// <param name="preset">Size, channels and mean of the images.</param>
/// <param name="seed">Of everything that is drawn.</param>
internal sealed class Augmenter(AugmentationOptions options, ImagePreset preset, int seed)
{
    readonly PixelShape shape = new(preset);
    readonly byte[] mean = [.. preset.Mean.Select(m => (byte)Math.Clamp(Math.Round(255 * m), 0, 255))];
    readonly AutoAugmentRange[] space = options.AutoAugment switch
    {
        AutoAugmentPolicy.TrivialAugmentWide => AutoAugmentSpace.TrivialAugmentWide(),
        AutoAugmentPolicy.RandAugment => AutoAugmentSpace.RandAugment(new(preset)),
        _ => [],
    };

    /// <summary>Writes an image, changed at random, to <paramref name="target"/>.</summary>
    /// <param name="image">Pixels of the preset's size.</param>
    /// <param name="target">As many bytes, elsewhere in memory.</param>
    /// <param name="epoch">Which time the image is seen.</param>
    /// <param name="index">Which image it is.</param>
    public void Apply(ReadOnlySpan<byte> image, Span<byte> target, int epoch, int index)
    {
        var random = new SeededRandom(seed, epoch, index, SeededRandom.Use.Image);
        Crop(ref random, image, target);
        if (random.Chance(options.HorizontalFlip))
            PixelCrop.MirrorColumns(target, shape);
        if (random.Chance(options.VerticalFlip))
            PixelCrop.MirrorRows(target, shape);
        AutoAugment(ref random, target);
        options.ColorJitter?.Apply(ref random, target, shape);
        if (random.Chance(options.RandomErasing) && RandomErasing.Draw(ref random, shape.Width, shape.Height) is { } box)
            PixelCrop.Fill(target, shape, box, mean);
    }

    /// <summary>Mixes the images of a batch, in place, after each was changed for itself: each with the one before it, the first with the last.</summary>
    /// <param name="batch">The images, one after another.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="epoch">Which time the images are seen.</param>
    /// <param name="step">Which batch of the epoch it is.</param>
    /// <returns>Null when batches are not mixed.</returns>
    public BatchMix? Mix(Span<byte> batch, int count, int epoch, int step)
    {
        if (count == 0 || (options.MixupAlpha == 0 && options.CutMixAlpha == 0))
            return null;
        var images = batch[..(count * shape.Bytes)];
        var random = new SeededRandom(seed, epoch, step, SeededRandom.Use.Batch);
        var blends = options.CutMixAlpha == 0 || (options.MixupAlpha > 0 && random.Chance(0.5));
        if (blends)
            return BatchMix.Blend(images, shape.Bytes, (float)random.Beta(options.MixupAlpha));
        var share = random.Beta(options.CutMixAlpha);
        return BatchMix.Paste(images, shape, BatchMix.DrawBox(ref random, shape.Width, shape.Height, share));
    }

    void Crop(ref SeededRandom random, ReadOnlySpan<byte> image, Span<byte> target)
    {
        if (options.RandomResizedCrop is { } crop)
            PixelResize.Resize(image, shape, crop.Draw(ref random, shape.Width, shape.Height), target, shape);
        else if (options.CropPadding is > 0 and var padding)
            PixelCrop.Shift(image, target, shape, down: random.Next(2 * padding + 1) - padding, right: random.Next(2 * padding + 1) - padding);
        else
            image.CopyTo(target);
    }

    void AutoAugment(ref SeededRandom random, Span<byte> pixels)
    {
        if (space.Length == 0)
            return;
        var trivial = options.AutoAugment == AutoAugmentPolicy.TrivialAugmentWide;
        for (var n = trivial ? 1 : options.RandAugmentOperations; n > 0; n--)
        {
            var (operation, magnitudes, signed) = space[random.Next(space.Length)];
            double magnitude = magnitudes switch
            {
                [] => 0,
                _ when trivial => magnitudes[random.Next(magnitudes.Length)],
                _ => magnitudes[options.RandAugmentMagnitude],
            };
            operation.Apply(signed && random.Chance(0.5) ? -magnitude : magnitude, pixels, shape);
        }
    }
}
