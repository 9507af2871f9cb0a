using Microsoft.ML;
using ResNet.MLNet.Rows;
using ResNet.Torch;

namespace ResNet.MLNet.Scoring;

/// <summary>Gathers the images of some rows, and runs the network on them in one forward pass when the first figure is asked for.</summary>
/// <remarks>A bad image does not end the reading ahead: its error is thrown when that row's own figures are asked for.</remarks>
internal sealed class BatchScorer(IImageScorer scorer, DataViewRow source, int capacity)
{
    readonly ImagePreset preset = scorer.Classifier.Preset;
    readonly int perImage = scorer.FiguresPerImage;
    readonly RowImages reader = RowImages.Of(source, scorer.ImageColumnName, scorer.Decoding);
    readonly byte[] pixels = new byte[checked(capacity * scorer.Classifier.Preset.ImageBytes)];
    readonly InvalidDataException?[] faults = new InvalidDataException?[capacity];
    readonly int[] images = new int[capacity]; // row → its place among the images that are good
    readonly float[] missing = [.. Enumerable.Repeat(float.NaN, scorer.FiguresPerImage)];
    float[]? figures;
    int rows, good;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        (rows, good, figures) = (0, 0, null);
    }

    /// <summary>Reads the image of the source's current row.</summary>
    public void Add()
    {
        images[rows] = good;
        var fault = reader.Read(preset, pixels.AsSpan(good * preset.ImageBytes, preset.ImageBytes));
        if (fault is null)
            good++;
        faults[rows] = fault?.At(source.Position);
        rows++;
    }

    /// <summary>What the network gives for a row; not numbers when its image is bad and to be skipped.</summary>
    /// <exception cref="InvalidDataException">The row's image is bad.</exception>
    ReadOnlySpan<float> Figures(int row)
    {
        if (faults[row] is { } fault)
            return scorer.OnBadImage == BadImagePolicy.Skip ? missing : throw new InvalidDataException(fault.Message, fault.InnerException);
        figures ??= scorer.Score(pixels.AsSpan(0, good * preset.ImageBytes));
        return figures.AsSpan(images[row] * perImage, perImage);
    }

    /// <summary>A getter of a new column, for the row that <paramref name="current"/> tells.</summary>
    public Delegate Getter(NewColumn column, Func<int> current) => column.Getter?.Invoke(() => Figures(current()))
        ?? (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> target) => target = (faults[current()]?.Message ?? "").AsMemory());
}
