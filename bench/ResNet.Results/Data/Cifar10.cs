using ResNet.Torch;

namespace ResNet.Results.Data;

/// <summary>CIFAR-10 as folders of JPEG files: train/CLASS/NAME.jpg and test/CLASS/NAME.jpg.</summary>
static class Cifar10
{
    const int Side = 32;

    /// <param name="folder">The folder with train and test.</param>
    /// <param name="part">"train" or "test".</param>
    /// <param name="size">Side in pixels that the images are resized to, bilinearly.</param>
    /// <param name="perClass">How many of each class are taken; all when null.</param>
    public static LabelledImages Load(string folder, string part, int size = Side, int? perClass = null)
    {
        var classes = Directory.GetDirectories(Path.Combine(folder, part)).Order(StringComparer.Ordinal).ToList();
        var images = new LabelledImages(ImagePreset.ImageNet(size, size) with { ResizeTo = new(size, size) }, classes.Count) { ClassNames = [.. classes.Select(path => Path.GetFileName(path)!)] };
        var files = classes.SelectMany((path, label) => Directory.GetFiles(path, "*.jpg").Order(StringComparer.Ordinal).Take(perClass ?? int.MaxValue).Select(file => (file, label))).ToList();
        foreach (var (pixels, label) in files.AsParallel().AsOrdered().Select(item => (images.Preset.ReadFile(item.file), item.label)))
            images.Add(pixels, label);
        return images;
    }
}
