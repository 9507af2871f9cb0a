using ResNet.Torch;

namespace ResNet.Results.Data;

/// <summary>Fashion-MNIST as its authors publish it: four idx files, compressed.</summary>
static class FashionMnist
{
    const int Side = 28;

    /// <summary>Where Debian's package dataset-fashion-mnist puts the files.</summary>
    public const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    // Mean and deviation of the 60,000 training images' pixels, over 255.
    const float Mean = 0.2860f, Std = 0.3530f;

    /// <param name="folder">The four files.</param>
    /// <param name="part">Which images.</param>
    /// <param name="size">Side in pixels that the images are resized to, bilinearly.</param>
    /// <param name="channels">1, or 3 equal ones.</param>
    public static LabelledImages Load(string folder, DataSetPart part, int size = Side, int channels = 1) =>
        PublishedImages.Load(folder, part).Prepare(new(size, size, [.. Enumerable.Repeat(Mean, channels)], [.. Enumerable.Repeat(Std, channels)]) { ResizeTo = new(size, size) });
}
