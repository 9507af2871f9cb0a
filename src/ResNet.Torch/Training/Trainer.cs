using ResNet.Torch.Training;
using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>Trains a network on labelled images.</summary>
public static class Trainer
{
    /// <summary>Builds the network for a set of images and trains it, or goes on with a training that was interrupted.</summary>
    /// <param name="variant">The row of the table.</param>
    /// <param name="stem">The stem; null chooses by the row and the size of the images (<see cref="ResNetVariant.StemAt"/>), or takes that of the network that is fine-tuned, where its file tells.</param>
    /// <param name="training">The images, at least 2; they stay the caller's.</param>
    /// <param name="validation">Images to measure epochs on, or null; they stay the caller's.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told of each step and epoch, from the training thread; or null.</param>
    /// <param name="cancellation">Ends the training before the next step, as <see cref="TrainingOptions.OnCancellation"/> says.</param>
    /// <returns>The trained network, which the caller disposes, and how it came to be.</returns>
    /// <exception cref="ArgumentException">Options out of range or contradicting one another, fewer than 2 images, or validation images of another kind.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the network is freed, checkpoints stay.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer a number, or has exploded; the message names epoch, step and rate.</exception>
    /// <exception cref="CheckpointException">The checkpoint to resume from is damaged or of another training, or none can be written.</exception>
    /// <exception cref="FileNotFoundException">There is no file of weights to start from.</exception>
    /// <exception cref="WeightMismatchException">The weights to start from are of another network.</exception>
    /// <exception cref="WeightFormatException">The file of weights to start from is damaged.</exception>
    public static TrainingResult Train(
        ResNetVariant variant, Stem? stem, LabelledImages training, LabelledImages? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        RequireTrainable(training, validation, options);
        WarnOfMissingClasses(validation, options, progress);
        var resumed = options.Checkpoints is { Resume: true } checkpoints && File.Exists(checkpoints.Path) ? checkpoints : null;
        var seed = SeedFor(options);
        var network = NetworkFor(variant, stem, training, options, seed, hasCheckpoint: resumed is not null);
        try
        {
            TrainingEnd end;
            IReadOnlyList<EpochMetrics> history;
            int? bestEpoch;
            using (var run = new TrainingRun(network, training, validation, options, seed, progress, cancellation))
            {
                if (resumed is not null)
                    run.Resume(resumed);
                end = run.ToEnd();
                (history, bestEpoch) = (run.History, run.BestEpochNumber);
            }
            network.Unfreeze();
            network.eval();
            return new(network, history, bestEpoch, end, seed);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The seed that is asked for; else that of the checkpoint to be resumed; else one drawn at random.</summary>
    internal static int SeedFor(TrainingOptions options) =>
        options.Seed ?? (options.Checkpoints is { Resume: true } checkpoints && checkpoints.SavedSeed is { } saved ? saved : Random.Shared.Next());

    /// <summary>The network as training begins: fresh, or with the weights to start from, and with its frozen parts.</summary>
    internal static ResidualNetwork NetworkFor(ResNetVariant variant, Stem? stem, LabelledImages training, TrainingOptions options, int seed, bool hasCheckpoint = false)
    {
        var preset = training.Preset;
        var tuning = options.FineTuning;
        if (tuning?.FrozenStages > variant.Depths.Stages)
            throw new ArgumentException($"{nameof(TrainingOptions)}: {nameof(TrainingOptions.FineTuning)}.{nameof(FineTuningOptions.FrozenStages)} must be at most {variant.Depths.Stages}, the stages of {variant} (was {tuning.FrozenStages}).", nameof(options));
        var network = ResidualNetwork.Seeded(seed, variant, training.Classes, preset.Channels, stem ?? tuning?.ReadStem() ?? variant.StemAt(preset.Height, preset.Width));
        try
        {
            if (tuning is not null && !hasCheckpoint)
                StartingWeights.Load(network, tuning);
            if (tuning?.FreezeNorms == true)
                network.FreezeNorms();
            if ((tuning?.HeadOnly == true ? variant.Depths.Stages : tuning?.FrozenStages) is { } frozen)
                network.Freeze(frozen);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    internal static void RequireTrainable(LabelledImages training, LabelledImages? validation, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        options.RequireValid();
        if (training.Count < 2)
            throw new ArgumentException($"Training needs at least 2 images (received {training.Count}).", nameof(training));
        if (validation is not null && (validation.Preset.ImageBytes != training.Preset.ImageBytes || validation.Preset.Height != training.Preset.Height))
            throw new ArgumentException($"Validation images are {Describe(validation.Preset)}, training images {Describe(training.Preset)}: resize both alike.", nameof(validation));
        if (validation is not null && validation.Classes != training.Classes)
            throw new ArgumentException($"Validation images are of {Counted.Of(validation.Classes, "class", "classes")}, training images of {training.Classes}: label both alike.", nameof(validation));
        if (options.Validation.Patience is { } patience && validation is not { Count: > 0 })
            throw new ArgumentException($"{nameof(TrainingOptions)}: {nameof(TrainingOptions.Validation)}.{nameof(ValidationOptions.Patience)} is {patience}, but there are no validation images to measure.", nameof(options));
        var faults = string.Join("; ", options.Augmentation.Faults(training.Preset).Select(fault => $"{nameof(TrainingOptions.Augmentation)}.{fault}"));
        if (faults.Length > 0)
            throw new ArgumentException($"{nameof(TrainingOptions)}: {faults}.", nameof(options));
    }

    static void WarnOfMissingClasses(LabelledImages? validation, TrainingOptions options, IProgress<TrainingProgress>? progress)
    {
        if (validation is not { Count: > 0 })
            return;
        var seen = new bool[validation.Classes];
        for (var i = 0; i < validation.Count; i++)
            seen[validation.Label(i)] = true;
        var missing = Enumerable.Range(0, seen.Length).Where(label => !seen[label]).Select(label => validation.ClassNames is { } names ? $"'{names[label]}'" : $"{label}").ToList();
        if (missing.Count > 0)
            progress?.Report(new(0, options.Epochs, 0, 0, 0, 0, Warning: $"The validation images have none of {missing.Count} of {seen.Length} classes ({Few.Of(missing)}): what is measured on them says nothing of these."));
    }

    static string Describe(ImagePreset preset) => $"{preset.Width}×{preset.Height}×{preset.Channels}";
}
