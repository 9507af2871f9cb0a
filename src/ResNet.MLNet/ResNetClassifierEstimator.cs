using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using ResNet.MLNet.Columns;
using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.MLNet;

/// <summary>Trains a residual network (He et al. 2015, arXiv:1512.03385) on a column of images.</summary>
/// <remarks>
/// <para>Input: a column of images of one size, and a label of type key. Output: <c>Score</c>, a vector of probabilities
/// with the classes as slot names, and <c>PredictedLabel</c>, a key with the label's values.</para>
/// <para>Is normalization required? No. Is caching required? No: the images are read once. Exportable to ONNX? Yes: <see cref="ResNetClassifierTransformer.ExportOnnx"/>.
/// Required NuGet in addition to this one: a libtorch package for the machine, for example libtorch-cpu-linux-x64.</para>
/// <para>Each image is decoded once, to height × width × channels bytes, which are held in memory up to
/// <see cref="ResNetClassifierOptions.MemoryLimit"/> and beyond it in a temporary file that is gone when <c>Fit</c> ends.</para>
/// </remarks>
public sealed class ResNetClassifierEstimator : ITrainerEstimator<ResNetClassifierTransformer, ImageClassifier>
{
    readonly IHostEnvironment environment;
    readonly ResNetClassifierOptions options;
    readonly ClassifierColumns columns;

    internal ResNetClassifierEstimator(IHostEnvironment environment, ResNetClassifierOptions options)
    {
        options.RequireValid();
        (this.environment, this.options, columns) = (environment, options, options.Columns);
    }

    /// <summary>What ML.NET asks of a trainer: it needs neither normalised nor cached rows, as it reads each image once and normalises it itself.</summary>
    public TrainerInfo Info { get; } = MLNetInternals.NewTrainerInfo(
        normalization: false, calibration: false, caching: false, supportValid: false, supportIncrementalTrain: false, supportTest: false);

    /// <summary>Decodes the images and trains the network on them.</summary>
    /// <returns>A transformer that owns the network's native memory: dispose it.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, the label has fewer than two classes, or the validation set has others.</exception>
    /// <exception cref="InvalidDataException">An image cannot be read or is of another size, no row can be trained on, or none can be held back.</exception>
    /// <exception cref="IOException">The images do not fit into <see cref="ResNetClassifierOptions.MemoryLimit"/>, and the temporary file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled; nothing is left in memory.</exception>
    public ResNetClassifierTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var host = environment.Register(nameof(ResNetCatalog.ResNetClassifier));
        using var channel = host.Start("Training");
        columns.RequireTrainable(input.Schema);
        if (options.Preset is { } preset)
            ImageColumn.RequireImagesOf(preset, input.Schema, options.ImageColumnName);
        var classes = ClassLabels.Of(input.Schema[columns.Label]);
        var recipe = options.Training with { Seed = SeedFor(options.Training, host), Device = TrainingDevice };

        var (training, validation) = ReadExamples(input, channel, recipe.Seed.Value);
        using var ofTraining = training;
        using var ofValidation = validation;
        channel.Info(MessageSensitivity.None, $"Training {options.Variant} on {Counted.Of(training.Count, "image")} of {training.Preset.Width}×{training.Preset.Height} pixels in {Counted.Of(training.Classes, "class", "classes")}{(validation is null ? "" : $", measured on {validation.Count}")}.");
        var trained = Trainer.Train(options.Variant, options.Stem, training, validation, recipe, new EpochLog(channel, options.Progress), options.CancellationToken);
        var classifier = new ImageClassifier(trained.Network, training.Preset, classes.Names) { History = trained.History, Precision = options.ScoringPrecision, Device = options.Device ?? MLNetInternals.Device(environment) };
        return new ResNetClassifierTransformer(input.Schema, columns.Scoring, classes, classifier, ownsClassifier: true, options.ForScoring);
    }

    /// <summary>The device that the training's options name; else the component's, and else the context's.</summary>
    ComputeDevice TrainingDevice => options.Training.Device != ComputeDevice.Auto ? options.Training.Device : options.Device ?? MLNetInternals.Device(environment);

    /// <summary>The seed that is asked for; else the checkpoint's, so that the same rows are held back; else one from the context's, as other trainers do.</summary>
    static int SeedFor(TrainingOptions training, IHost host) =>
        training.Seed ?? (training.Checkpoints is { Resume: true } checkpoints && checkpoints.SavedSeed is { } saved ? saved : host.Rand.Next());

    /// <summary>Runs a learning-rate range test (Smith 2015, arXiv:1506.01186) with the network, images and options that <see cref="Fit"/> would train with.</summary>
    /// <param name="input">Rows to train on.</param>
    /// <param name="lowest">First rate; see <see cref="LearningRateFinder.Run"/>.</param>
    /// <param name="highest">Last rate.</param>
    /// <param name="steps">Steps in all, at least 10.</param>
    /// <returns>The curve, with a suggestion for <see cref="OptimizerOptions.LearningRate"/>.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, the label has fewer than two classes, or a rate is out of range.</exception>
    /// <exception cref="InvalidDataException">An image cannot be read or is of another size, or no row can be trained on.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LearningRateCurve FindLearningRate(IDataView input, double lowest = 1e-5, double highest = 10, int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(input);
        var host = environment.Register(nameof(ResNetCatalog.ResNetClassifier));
        using var channel = host.Start("Finding the learning rate");
        columns.RequireTrainable(input.Schema);
        using var images = LabelledRows.Read(input, options, channel);
        var recipe = options.Training with { Seed = options.Training.Seed ?? host.Rand.Next(), Device = TrainingDevice };
        var curve = LearningRateFinder.Run(options.Variant, options.Stem, images, recipe, lowest, highest, steps, options.Progress, options.CancellationToken);
        channel.Info(MessageSensitivity.None, curve.Suggestion is { } rate ? FormattableString.Invariant($"Suggested learning rate: {rate:G3}.") : "No learning rate made the loss fall.");
        return curve;
    }

    /// <summary>The columns that the transformer will produce.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return columns.OutputShape(inputSchema);
    }

    (LabelledImages Training, LabelledImages? Validation) ReadExamples(IDataView input, IChannel channel, int seed)
    {
        if (options.ValidationSet is { } set)
            RequireSameClasses(input.Schema, set.Schema);
        var training = LabelledRows.Read(input, options, channel);
        try
        {
            if (options.ValidationSet is { } rows)
                return (training, LabelledRows.Read(rows, options, channel));
            if (options.ValidationSetFraction is not { } fraction)
                return (training, null);
            using (training)
                return training.SplitStratified(fraction, seed);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    void RequireSameClasses(DataViewSchema training, DataViewSchema validation)
    {
        columns.RequireTrainable(validation);
        var (expected, received) = (ClassLabels.Of(training[columns.Label]).Names, ClassLabels.Of(validation[columns.Label]).Names);
        if (!expected.SequenceEqual(received))
            throw new ArgumentException($"The validation set's keys in '{columns.Label}' stand for {Few.Of(received, "class", "classes")}, the training set's for {Few.Of(expected, "class", "classes")}. Make both with the MapValueToKey that was fitted to the training set.");
    }

    /// <summary>Writes each epoch's results to the log, and hands everything on.</summary>
    sealed class EpochLog(IChannel channel, IProgress<TrainingProgress>? next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.CompletedEpoch is { } epoch)
            {
                var validation = epoch.ValidationAccuracy is { } accuracy ? $", validation loss {epoch.ValidationLoss:F4}, validation accuracy {accuracy:F4}" : "";
                channel.Info(MessageSensitivity.None, FormattableString.Invariant(
                    $"Epoch {epoch.Epoch}/{epoch.Epochs}: learning rate {epoch.LearningRate:G4}, loss {epoch.TrainingLoss:F4}, accuracy {epoch.TrainingAccuracy:F4}") + validation +
                    FormattableString.Invariant($", {epoch.Duration.TotalSeconds:F1} s."));
            }
            if (value.Warning is { } warning)
                channel.Warning(MessageSensitivity.None, warning);
            next?.Report(value);
        }
    }
}
