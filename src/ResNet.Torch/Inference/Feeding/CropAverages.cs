namespace ResNet.Torch.Inference.Feeding;

/// <summary>What a network gives for an image of which it was shown several parts.</summary>
internal static class CropAverages
{
    /// <summary>Averages the figures of each image's parts.</summary>
    /// <param name="figures">[N · <paramref name="crops"/>, figures], image after image.</param>
    /// <param name="crops">Parts of an image.</param>
    /// <param name="images">N, at least 1.</param>
    /// <returns>[N, figures].</returns>
    public static float[] Of(float[] figures, int crops, int images = 1)
    {
        if (crops == 1)
            return figures;
        var each = figures.Length / images / crops;
        var averages = new float[images * each];
        for (var i = 0; i < averages.Length; i++)
        {
            var (sum, first) = (0.0, i / each * crops * each + i % each);
            for (var crop = 0; crop < crops; crop++)
                sum += figures[first + crop * each];
            averages[i] = (float)(sum / crops);
        }
        return averages;
    }
}
