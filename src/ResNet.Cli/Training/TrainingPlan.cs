using System.Globalization;
using Microsoft.ML;
using ResNet.Cli.Loading;
using ResNet.MLNet;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Training;

/// <summary>A training as the command line asks for it, or as a run folder says.</summary>
/// <param name="DataPath">The argument DATA, in full.</param>
/// <param name="Images">The images to train on.</param>
/// <param name="Variant">The network.</param>
/// <param name="Stem">Its stem; null chooses.</param>
/// <param name="Recipe">The recipe's name; null for the library's defaults.</param>
/// <param name="Preset">What images become.</param>
/// <param name="Training">Every option, with a seed.</param>
/// <param name="OnBadImage">What becomes of images that cannot be decoded.</param>
/// <param name="ClassNames">What the classes of a published set are called; null where nothing says so.</param>
sealed record TrainingPlan(
    string DataPath, ImageData Images, ResNetVariant Variant, Stem? Stem, string? Recipe, ImagePreset Preset, TrainingOptions Training, BadImagePolicy OnBadImage, IReadOnlyList<string>? ClassNames)
{
    /// <summary>Images to measure each epoch on, in full, or the share of them that is held back; null where nothing was said.</summary>
    public string? Validation { get; init; }

    /// <summary>Images that are held back to measure each epoch on, as the library does it; those that cannot be decoded are counted like others.</summary>
    public int HeldBack => RunArguments.Share(Validation) is { } share ? Images.Labels.CountBy(label => label).Sum(ofClass => LabelledImages.HeldBack(ofClass.Value, share)) : 0;

    /// <summary>Images that are trained on.</summary>
    public int Trained => Images.Images.Count - HeldBack;

    /// <summary>The estimator's options.</summary>
    public ResNetClassifierOptions Options(IDataView? validation, double? fraction, IProgress<TrainingProgress> progress, CancellationToken cancellation) => new()
    {
        ImageColumnName = ImageRows.ColumnOf(Images),
        Variant = Variant,
        Stem = Stem,
        Channels = Preset.Channels,
        Preset = Preset,
        Training = Training,
        ValidationSet = validation,
        ValidationSetFraction = fraction,
        OnBadImage = OnBadImage,
        Progress = progress,
        CancellationToken = cancellation,
    };

    /// <summary>What is trained on what, in a line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Variant} on {Counted.Of(Trained, "image")} of {Counted.Of(Images.ClassNames.Count, "class", "classes")} ({Preset.Width}×{Preset.Height}×{Preset.Channels}){(HeldBack == 0 ? "" : $", {HeldBack} more held back")}, recipe {Recipe ?? "default"}, {Counted.Of(Training.Epochs, "epoch")}, seed {Training.Seed}");
}
