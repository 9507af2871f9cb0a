using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>One training from its start, or from a checkpoint, to its end.</summary>
internal sealed partial class TrainingRun : IDisposable
{
    /// <summary>A loss this many times that of guessing is not coming back.</summary>
    const double Exploded = 100;

    /// <summary>No weight of a network that learns comes near this.</summary>
    const double ExplodedWeight = 1e6;

    readonly ResidualNetwork network;
    readonly LabelledImages images;
    readonly LabelledImages? validation;
    readonly TrainingOptions options;
    readonly int seed;
    readonly IProgress<TrainingProgress>? progress;
    readonly CancellationToken cancellation;
    readonly bool isHalf;
    readonly int stepsPerEpoch;
    readonly bool readsLate;
    readonly WeightVector weights;
    readonly Optimizer optimizer;
    readonly WeightAverage? average;
    readonly Objective objective;
    readonly LearningRateSchedule schedule;
    readonly ITrainingExamples examples;
    readonly BestEpoch best;
    readonly List<EpochMetrics> history = [];
    int epochsDone;
    int? savedEpoch;

    /// <remarks>The network stays the caller's; its weights belong to the run until that is disposed.</remarks>
    /// <param name="network">The network.</param>
    /// <param name="training">Images to learn from.</param>
    /// <param name="validation">Images to measure on.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="seed">Of all that is drawn.</param>
    /// <param name="progress">Told of steps and epochs.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="readsLate">Whether a step's loss is read when the next step is under way, which a GPU is not to wait for; null: on a GPU.</param>
    public TrainingRun(ResidualNetwork network, LabelledImages training, LabelledImages? validation, TrainingOptions options, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellation, bool? readsLate = null)
    {
        (this.network, images, this.validation, this.options, this.seed) = (network, training, validation, options, seed);
        (this.progress, this.cancellation) = (progress, cancellation);
        network.to(options.Device.Resolve());
        this.readsLate = readsLate ?? network.Device.type != DeviceType.CPU;
        isHalf = Precision.IsHalf(options.Precision, network.Device);
        // No batch of a single image, which batch norm could not normalise.
        stepsPerEpoch = Math.Max(1, Math.Min((training.Count + options.BatchSize - 1) / options.BatchSize, training.Count / 2));
        schedule = new(options.Schedule, options.Optimizer.RateAt(options.BatchSize), stepsPerEpoch, options.Epochs);
        objective = new(options.Regularization, training, network.Device);
        weights = new(network, options.Optimizer, isHalf);
        optimizer = Optimizer.Create(options.Optimizer, weights);
        average = options.Regularization.WeightAverageDecay is { } decay ? new(weights, decay, options.Regularization.WeightAverageSteps) : null;
        best = new(options.Validation, weights);
        examples = options.FineTuning is { HeadOnly: true }
            ? new FeatureExamples(network, training, validation, options.BatchSize)
            : new ImageExamples(network, training, validation, options, seed);
    }

    /// <summary>Trains to the end; the network then has the weights that are to be returned.</summary>
    public TrainingEnd ToEnd()
    {
        if (options.Checkpoints is { } checkpoints)
            RequireWritable(checkpoints);
        try
        {
            while (epochsDone < options.Epochs && !best.HasStopped)
            {
                Epoch(epochsDone + 1);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && options.OnCancellation == CancellationPolicy.ReturnBest)
        {
            UseResult();
            return TrainingEnd.Cancelled;
        }
        UseResult();
        return epochsDone < options.Epochs ? TrainingEnd.StoppedEarly : TrainingEnd.Completed;
    }

    public IReadOnlyList<EpochMetrics> History => history;

    public int? BestEpochNumber => best.Kept is null ? null : best.Epoch;

    void UseResult()
    {
        if ((best.Kept ?? average?.Value) is { } chosen)
            weights.Restore(chosen);
        network.eval();
    }

    void Epoch(int epoch)
    {
        var clock = Stopwatch.StartNew();
        if (network.Variant.DropPathRate > 0)
            manual_seed(((long)seed << 32) | (uint)epoch); // which blocks are left out must not depend on what was drawn before a resumption
        double loss = 0, rate = 0, last = 0;
        var correct = 0L;
        var step = 0;
        StepFigures? unread = null;
        try
        {
            foreach (var batch in Batches(epoch))
            {
                rate = schedule.At((long)(epoch - 1) * stepsPerEpoch + step);
                var figures = Learn(batch, rate, epoch, step++);
                if (readsLate)
                    (figures, unread) = (unread, figures);
                Take(figures);
            }
            Take(unread);
        }
        finally
        {
            unread?.Dispose();
        }

        if (!weights.AreWithin(ExplodedWeight)) // the loss would tell at the next step only: too late for this epoch's checkpoint
            throw Diverged($"The weights have exploded by the end of epoch {epoch}", rate);
        var validated = epoch % options.Validation.EveryEpochs == 0 || epoch == options.Epochs ? Validate(epoch) : null;
        var metrics = new EpochMetrics(epoch, options.Epochs, rate, loss / images.Count, (double)correct / images.Count, validated?.Loss, validated?.Accuracy, clock.Elapsed);
        history.Add(metrics);
        epochsDone = epoch;
        progress?.Report(new(epoch, options.Epochs, stepsPerEpoch, stepsPerEpoch, last, rate, metrics));
        if (options.Checkpoints is { } checkpoints && (epoch % checkpoints.EveryEpochs == 0 || epoch == options.Epochs || best.HasStopped))
            WriteOrWarn(checkpoints, metrics, last);

        void Take(StepFigures? figures)
        {
            if (figures is null)
                return;
            using (figures)
            {
                RequireSound(figures, epoch);
                last = figures.Loss;
                loss += last * figures.Count;
                correct += figures.Correct;
                progress?.Report(new(epoch, options.Epochs, figures.Step, stepsPerEpoch, last, figures.Rate));
            }
        }
    }

    /// <summary>The images of an epoch in an order of its own, in batches that differ by one at most.</summary>
    public IEnumerable<Func<TrainingBatch>> Batches(int epoch)
    {
        network.train();
        var order = Enumerable.Range(0, images.Count).ToArray();
        new Random(seed ^ epoch).Shuffle(order);
        var batches = Enumerable.Range(0, stepsPerEpoch)
            .Select(step => order[(int)((long)images.Count * step / stepsPerEpoch)..(int)((long)images.Count * (step + 1) / stepsPerEpoch)]);
        foreach (var batch in examples.Batches([.. batches], epoch, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return batch;
        }
    }

    StepFigures Learn(Func<TrainingBatch> batch, double rate, int epoch, int step)
    {
        using var scope = NewDisposeScope();
        var figures = Gradients(batch, rate, step);
        if (!readsLate)
            RequireSound(figures, epoch);
        var accumulated = step % options.Optimizer.AccumulatedBatches + 1;
        if (accumulated == options.Optimizer.AccumulatedBatches || step == stepsPerEpoch - 1)
        {
            optimizer.Step(rate, accumulated);
            average?.After(optimizer.Steps - 1);
        }
        return figures.Kept();
    }

    /// <summary>One forward and backward pass.</summary>
    StepFigures Gradients(Func<TrainingBatch> make, double rate, int step)
    {
        var batch = make();
        var logits = examples.Forward(batch.Inputs);                  // N×classes
        var loss = objective.Of(logits, batch);
        loss.backward();
        weights.CollectGradients();
        return new(loss, logits, batch.Labels) { Rate = rate, Step = step + 1 };
    }

    void RequireSound(StepFigures figures, int epoch)
    {
        if (!(figures.Loss < Exploded * Math.Log(Math.Max(2, images.Classes))))
            throw Diverged($"The loss is {figures.Loss:G4} in epoch {epoch}, step {figures.Step}", figures.Rate);
    }

    /// <summary>A step at a rate of one's own, whatever the loss: what a learning-rate range test is made of.</summary>
    public double Try(Func<TrainingBatch> batch, double rate)
    {
        using var scope = NewDisposeScope();
        var figures = Gradients(batch, rate, step: 0);
        optimizer.Step(rate, batches: 1);
        return figures.Loss;
    }

    TrainingDivergedException Diverged(string what, double rate)
    {
        var kept = savedEpoch is { } epoch
            ? $" The checkpoint of epoch {epoch} is kept in {options.Checkpoints!.Path}; its weights can be started from ({nameof(FineTuningOptions)}.{nameof(FineTuningOptions.WeightsFile)}), with checkpoints in another folder."
            : "";
        return new($"{what}, at learning rate {rate:G4}. Lower {nameof(TrainingOptions.Optimizer)}.{nameof(OptimizerOptions.LearningRate)} (now {options.Optimizer.LearningRate:G4}).{kept}");
    }

    /// <summary>Measures the weights that would be returned: the average's where there is one.</summary>
    EvaluationResult? Validate(int epoch)
    {
        network.eval();
        using var own = average is null ? null : weights.Snapshot();
        try
        {
            if (average is not null)
                weights.Restore(average.Value);
            var result = examples.Validate(cancellation);
            if (result is { } measured)
                best.Take(epoch, measured);
            return result;
        }
        finally
        {
            if (own is not null)
                weights.Restore(own);
        }
    }

    public void Dispose()
    {
        examples.Dispose();
        best.Dispose();
        average?.Dispose();
        optimizer.Dispose();
        objective.Dispose();
        weights.Dispose();
        network.to(CPU);
    }
}
