using Microsoft.ML;
using ResNet.MLNet.Rows;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>What came of a row's image.</summary>
/// <param name="images">The images that it is one of.</param>
/// <param name="index">Its number among them.</param>
/// <param name="row">The row, counted from 0.</param>
internal readonly struct ScoredImage(ScoredImages<ImageFault> images, int index, long row)
{
    /// <summary>The error to throw for the row; null where its image is good.</summary>
    public InvalidDataException? Error => images.Fault(index)?.At(row);

    public ReadOnlySpan<float> Figures => images.Figures(index);
}

/// <summary>Getters of new columns.</summary>
/// <param name="scorer">The transformer that makes them.</param>
/// <param name="current">What came of the current row's image; waits where that is under way.</param>
/// <remarks>A bad image's error is thrown when its own row's figures are asked for, and no other's.</remarks>
internal sealed class ScoreGetters(IImageScorer scorer, Func<ScoredImage> current)
{
    readonly float[] missing = [.. Enumerable.Repeat(float.NaN, scorer.FiguresPerImage)];

    public Delegate Getter(NewColumn column) => column.Getter?.Invoke(Figures) ?? (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> target) => target = (current().Error?.Message ?? "").AsMemory());

    ReadOnlySpan<float> Figures()
    {
        var image = current();
        if (image.Error is { } error)
            return scorer.OnBadImage == BadImagePolicy.Skip ? missing : throw error;
        return image.Figures;
    }
}
