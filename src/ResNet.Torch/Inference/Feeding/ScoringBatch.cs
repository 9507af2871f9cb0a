namespace ResNet.Torch.Inference.Feeding;

/// <summary>How many images a thread runs through the network at once.</summary>
internal static class ScoringBatch
{
    const int ImageNetBytes = 224 * 224 * 3, OfImageNetBytes = 8, Most = 32;

    /// <summary>8 images of 224×224×3; of smaller ones as many as have those bytes, but at most 32.</summary>
    /// <remarks>
    /// In two threads on two cores, with batches of 4, 8, 16 and 32: 105, 100, 101 and 76 images/s of ResNet-18 at 224×224; with 8, 16, 32, 64 and 256: 3,050,
    /// 3,620, 3,590, 3,330 and 2,960 of ResNet-20 at 32×32 (float32). Larger activations leave the cache, and are mapped and unmapped by glibc.
    /// </remarks>
    public static int Automatic(ImagePreset preset) => (int)Math.Clamp((long)OfImageNetBytes * ImageNetBytes / preset.ImageBytes, 1, Most);

    /// <summary>The caller's wish; without one, a size that suits the images and leaves no thread without work.</summary>
    /// <param name="preset">What the images become.</param>
    /// <param name="asked">The caller's wish, at least 1; or null.</param>
    /// <param name="images">How many there are in all; null where that is not known.</param>
    /// <returns>Images whose crops go through the network together, at least 1: each crop counts, so that memory does not grow with them.</returns>
    public static int Size(ImagePreset preset, int? asked, long? images = null)
    {
        var threads = ScoringThreads.Shared.MaximumConcurrencyLevel;
        var share = images is { } count ? Math.Max(1, (count + threads - 1) / threads) : int.MaxValue;
        var together = Math.Max(1, (asked ?? Automatic(preset)) / preset.CropCount);
        return asked is null ? (int)Math.Min(together, share) : together;
    }
}
