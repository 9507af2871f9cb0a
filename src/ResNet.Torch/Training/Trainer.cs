using System.Diagnostics;
using ResNet.Torch.Images;
using ResNet.Torch.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch;

/// <summary>Trains a network on labelled images by stochastic gradient descent.</summary>
public static class Trainer
{
    /// <summary>Builds the network for a set of images and trains it.</summary>
    /// <param name="variant">The row of the table.</param>
    /// <param name="stem">The stem; null chooses by the row and the size of the images (<see cref="ResNetVariant.StemAt"/>).</param>
    /// <param name="training">The images, at least 2.</param>
    /// <param name="validation">Images to measure each epoch on, or null.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told of each step and epoch, from the training thread; or null.</param>
    /// <param name="cancellation">Ends the training before the next step.</param>
    /// <returns>The trained network, in eval mode, which the caller disposes, and what each epoch came to.</returns>
    /// <exception cref="ArgumentException">Options out of range, fewer than 2 images, or validation images of another kind.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the network is freed.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number; the message names epoch, step and rate.</exception>
    public static (ResidualNetwork Network, IReadOnlyList<EpochMetrics> History) Train(
        ResNetVariant variant, Stem? stem, LabelledImages training, LabelledImages? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        RequireTrainable(training, validation, options);
        var seed = options.Seed ?? Random.Shared.Next();
        var preset = training.Preset;
        var network = ResidualNetwork.Seeded(seed, variant, training.Classes, preset.Channels, stem ?? variant.StemAt(preset.Height, preset.Width));
        try
        {
            var history = new List<EpochMetrics>();
            using var run = new Run(network, training, options, seed);
            for (var epoch = 1; epoch <= options.Epochs; epoch++)
            {
                history.Add(run.Epoch(epoch, validation, progress, cancellation));
            }
            return (network, history);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    static void RequireTrainable(LabelledImages training, LabelledImages? validation, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        options.RequireValid();
        if (training.Count < 2)
            throw new ArgumentException($"Training needs at least 2 images (received {training.Count}).", nameof(training));
        if (validation is not null && (validation.Preset.ImageBytes != training.Preset.ImageBytes || validation.Preset.Height != training.Preset.Height))
            throw new ArgumentException($"Validation images are {Describe(validation.Preset)}, training images {Describe(training.Preset)}: resize both alike.", nameof(validation));
        if (validation is not null && validation.Classes != training.Classes)
            throw new ArgumentException($"Validation images are of {validation.Classes} classes, training images of {training.Classes}: label both alike.", nameof(validation));
        if (options.CropPadding >= Math.Min(training.Preset.Height, training.Preset.Width))
            throw new ArgumentException($"{nameof(TrainingOptions)}: {nameof(TrainingOptions.CropPadding)} must be below the image's side (was {options.CropPadding}, with images of {Describe(training.Preset)}).", nameof(options));
    }

    static string Describe(ImagePreset preset) => $"{preset.Width}×{preset.Height}×{preset.Channels}";

    /// <summary>One training from start to end: the optimiser's state and the schedule.</summary>
    sealed class Run : IDisposable
    {
        readonly ResidualNetwork network;
        readonly LabelledImages images;
        readonly TrainingOptions options;
        readonly int seed;
        readonly int stepsPerEpoch;
        readonly LearningRateSchedule schedule;
        readonly Augmentation augmentation;
        readonly SGD optimizer;

        public Run(ResidualNetwork network, LabelledImages images, TrainingOptions options, int seed)
        {
            (this.network, this.images, this.options, this.seed) = (network, images, options, seed);
            // No batch of a single image, which batch norm could not normalise.
            stepsPerEpoch = Math.Max(1, Math.Min((images.Count + options.BatchSize - 1) / options.BatchSize, images.Count / 2));
            schedule = new(options.ScaledLearningRate, (long)stepsPerEpoch * options.Epochs, options.WarmupFraction);
            augmentation = new(options, seed);
            optimizer = Optimizer(network, options);
        }

        /// <summary>Weight decay for weights of two dimensions and more: norms and biases have one.</summary>
        static SGD Optimizer(ResidualNetwork network, TrainingOptions options)
        {
            var parameters = network.parameters().ToLookup(p => p.dim() > 1);
            SGD.ParamGroup Group(bool decayed) => new(parameters[decayed], new SGD.Options { weight_decay = decayed ? options.WeightDecay : 0 });
            return optim.SGD([Group(true), Group(false)], options.ScaledLearningRate, options.Momentum, nesterov: options.Momentum > 0);
        }

        public EpochMetrics Epoch(int epoch, LabelledImages? validation, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
        {
            var clock = Stopwatch.StartNew();
            var order = Enumerable.Range(0, images.Count).ToArray();
            new Random(seed ^ epoch).Shuffle(order);

            double loss = 0, rate = 0, stepLoss = 0;
            var correct = 0L;
            network.train();
            for (var step = 0; step < stepsPerEpoch; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                rate = schedule.At((long)(epoch - 1) * stepsPerEpoch + step);
                var batch = order[(int)((long)images.Count * step / stepsPerEpoch)..(int)((long)images.Count * (step + 1) / stepsPerEpoch)];
                (stepLoss, var stepCorrect) = Step(batch, rate, epoch);
                if (!double.IsFinite(stepLoss))
                    throw new InvalidOperationException($"The loss is {stepLoss} in epoch {epoch}, step {step + 1}, at learning rate {rate:G4}. Lower {nameof(TrainingOptions.LearningRate)} (now {options.LearningRate:G4}).");
                loss += stepLoss * batch.Length;
                correct += stepCorrect;
                progress?.Report(new(epoch, options.Epochs, step + 1, stepsPerEpoch, stepLoss, rate));
            }

            network.eval();
            var validated = validation is { Count: > 0 } ? Evaluation.Of(network, validation, options.BatchSize, cancellation) : default(EvaluationResult?);
            var metrics = new EpochMetrics(epoch, options.Epochs, rate, loss / images.Count, (double)correct / images.Count, validated?.Loss, validated?.Accuracy, clock.Elapsed);
            progress?.Report(new(epoch, options.Epochs, stepsPerEpoch, stepsPerEpoch, stepLoss, rate, metrics));
            return metrics;
        }

        (double Loss, long Correct) Step(ReadOnlySpan<int> batch, double rate, int epoch)
        {
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = rate;

            using var scope = NewDisposeScope();
            var (inputs, labels) = ImageBatch.Of(images, batch, augmentation, epoch);
            optimizer.zero_grad();
            var logits = network.call(inputs);                        // N×classes
            var loss = functional.cross_entropy(logits, labels);
            loss.backward();
            optimizer.step();
            return (loss.item<float>(), logits.argmax(1).eq(labels).sum().item<long>());
        }

        public void Dispose() => optimizer.Dispose();
    }
}
