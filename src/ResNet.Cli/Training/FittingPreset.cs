using ResNet.Cli.Loading;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>The preset for images that nothing says one for: as large as they are, and at most as ImageNet's.</summary>
static class FittingPreset
{
    const int MostFiles = 200, Largest = 224, SmallestLarge = 65, Step = 32;

    public static ImagePreset For(ImageData data)
    {
        if (data.Images[0] is ModelImage.OfPixels first)
            return ImagePreset.ImageNet(first.Size.Height, first.Size.Width, first.Channels) with { ResizeTo = first.Size };
        var count = Math.Min(MostFiles, data.Images.Count);
        var sides = Enumerable.Range(0, count).AsParallel().Select(i => Side(data.Images[(int)((long)i * data.Images.Count / count)])).Where(side => side > 0).Order().ToList();
        var median = sides.Count == 0 ? Largest : sides[sides.Count / 2];
        var size = median < SmallestLarge ? median : Math.Min(Largest, median / Step * Step);
        return ModelSettings.Sized(ImagePreset.ImageNet(size, size), size);
    }

    /// <summary>The shorter side; 0 for a file that tells none, which the training names.</summary>
    static int Side(ModelImage image)
    {
        try
        {
            var size = ImageSize.OfFile(image.Name);
            return Math.Min(size.Height, size.Width);
        }
        catch (ImageDecodingException)
        {
            return 0;
        }
    }
}
