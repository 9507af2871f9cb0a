using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Loading;

/// <summary>What the command line says of a model, in place of its file or because the file does not.</summary>
/// <param name="Variant">The network of a weight file.</param>
/// <param name="Preset">How images are prepared, by name.</param>
/// <param name="Size">Height and width that the network sees, in pixels.</param>
/// <param name="Mean">For each channel, or one for all.</param>
/// <param name="Std">For each channel, or one for all.</param>
/// <param name="ClassNames">The name of each class, in the order of the scores.</param>
sealed record ModelSettings(ResNetVariant? Variant = null, ImagePreset? Preset = null, int? Size = null, IReadOnlyList<float>? Mean = null, IReadOnlyList<float>? Std = null, IReadOnlyList<string>? ClassNames = null)
{
    /// <summary>Below this size images are resized to it; above, to a little more, and their middle is cut out, as for ImageNet.</summary>
    const int LeastToCrop = 65;

    /// <summary>A file's preset with what the command line says in its place; null where neither says anything.</summary>
    public ImagePreset? Apply(ImagePreset? ofFile) =>
        Preset is null && Size is null && Mean is null && Std is null ? ofFile : Preset_(ofFile, ofFile?.Channels ?? Mean?.Count ?? 3, Size ?? ofFile?.Height ?? 224);

    /// <summary>The preset of weights that come without one: ImageNet's statistics, and a size that suits the network.</summary>
    public ImagePreset PresetFor(ResidualNetwork network) => Preset_(null, network.Channels, Size ?? (network.Stem == Stem.Small ? 32 : 224));

    ImagePreset Preset_(ImagePreset? ofFile, int channels, int size)
    {
        var preset = Preset ?? ofFile ?? Sized(ImagePreset.ImageNet(size, size, channels), size);
        if (Size is { } wanted && (preset.Height != wanted || preset.Width != wanted))
            preset = Sized(preset, wanted);
        if (preset.Channels != channels && preset.Channels == 3 && channels == 1)
            preset = preset with { Mean = [preset.Mean.Average()], Std = [preset.Std.Average()] };
        return preset with { Mean = Spread(Mean, "--mean") ?? preset.Mean, Std = Spread(Std, "--std") ?? preset.Std };

        IReadOnlyList<float>? Spread(IReadOnlyList<float>? values, string option) => values?.Count switch
        {
            null => null,
            var count when count == channels => values,
            1 => [.. Enumerable.Repeat(values[0], channels)],
            _ => throw new UsageException($"{option} has {Counted.Of(values.Count, "value")}; the network takes images of {Counted.Of(channels, "channel")}."),
        };
    }

    /// <summary>The same for images of another size.</summary>
    public static ImagePreset Sized(ImagePreset preset, int size) => preset with
    {
        Height = size,
        Width = size,
        ResizeTo = null,
        ResizeShorterSide = size < LeastToCrop ? size : size * 256 / 224,
    };

    /// <summary>Requires that nothing is said that would not be heeded.</summary>
    public void RequireNone(string path, string why)
    {
        (bool IsGiven, string Name)[] options = [(Variant is not null, "--model"), (Preset is not null, "--preset"), (Size is not null, "--size"), (Mean is not null, "--mean"), (Std is not null, "--std")];
        var given = string.Join(", ", options.Where(option => option.IsGiven).Select(option => option.Name));
        if (given.Length > 0)
            throw new UsageException($"{given} cannot be used with {path}: {why}.");
    }
}
