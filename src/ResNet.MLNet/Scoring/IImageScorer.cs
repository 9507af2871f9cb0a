using Microsoft.ML;
using ResNet.Torch;

namespace ResNet.MLNet.Scoring;

/// <summary>A transformer that makes new columns of images: all that is to be known of it to do so in batches.</summary>
internal interface IImageScorer
{
    /// <summary>The network that runs, with what it expects of its images.</summary>
    ImageClassifier Classifier { get; }

    /// <summary>The images that it reads, and how the network runs on them.</summary>
    ImageScoringOptions Options { get; }

    /// <summary>What becomes of a row whose image is missing or cannot be decoded; the options' until it is set.</summary>
    BadImagePolicy OnBadImage { get; }

    /// <summary>Figures that the network gives for an image.</summary>
    int FiguresPerImage { get; }

    /// <summary>Runs the network once.</summary>
    /// <param name="pixels">Images, one after the other, as the preset says.</param>
    /// <returns><see cref="FiguresPerImage"/> for each, image after image.</returns>
    float[] Score(ReadOnlySpan<byte> pixels);

    /// <summary>The columns that are made of those figures, of names that differ.</summary>
    /// <param name="input">What comes in.</param>
    IReadOnlyList<NewColumn> NewColumns(DataViewSchema input);
}
