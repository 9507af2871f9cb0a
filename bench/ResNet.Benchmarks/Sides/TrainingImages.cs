using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>Photographs to train on: 8 batches, of as many classes as the network has.</summary>
static class TrainingImages
{
    /// <summary>Images in a step: the default of TrainingOptions.</summary>
    public const int BatchSize = 32;

    const int Batches = 8;

    /// <summary>Steps that make up so many images, at least 1.</summary>
    public static int Steps(int images) => Math.Max(1, images / BatchSize);

    /// <returns>A set that the caller disposes.</returns>
    public static LabelledImages Of(SideSettings settings)
    {
        var preset = Classifiers.Preset(settings.Size);
        var classes = ResNetVariant.Find(settings.Network).Classes;
        var images = new LabelledImages(preset, classes);
        foreach (var (index, row) in Photographs.Rows(Photographs.In(settings.Photos), BatchSize * Batches).Index())
            images.Add(preset.ReadFile(row.ImagePath), index % classes);
        return images;
    }
}
