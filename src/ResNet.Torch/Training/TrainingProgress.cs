namespace ResNet.Torch;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="LearningRate">The rate of its last step.</param>
/// <param name="TrainingLoss">Mean cross-entropy over its images, as they were trained on (augmented, with the weights of the moment).</param>
/// <param name="TrainingAccuracy">Share of them classified rightly, 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy over the validation images after the epoch; null without any.</param>
/// <param name="ValidationAccuracy">Share of them classified rightly, 0 to 1; null without any.</param>
/// <param name="Duration">Training and validation together.</param>
public sealed record EpochMetrics(
    int Epoch, int Epochs, double LearningRate, double TrainingLoss, double TrainingAccuracy, double? ValidationLoss, double? ValidationAccuracy, TimeSpan Duration);

/// <summary>Told after every step, and once more at the end of each epoch with its results.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Step">Steps done in this epoch.</param>
/// <param name="StepsPerEpoch">Steps in an epoch.</param>
/// <param name="Loss">Mean cross-entropy of the step's batch.</param>
/// <param name="LearningRate">The step's rate.</param>
/// <param name="CompletedEpoch">The epoch's results when it has just ended, else null.</param>
/// <param name="Warning">What the user should know though training goes on, such as a checkpoint that could not be written; else null.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, int Step, int StepsPerEpoch, double Loss, double LearningRate, EpochMetrics? CompletedEpoch = null, string? Warning = null)
{
    /// <summary>Tells several, one after the other on the training thread: a console, a <see cref="MetricsCsv"/> and a <see cref="TensorBoardLog"/>, say.</summary>
    /// <param name="listeners">Those to tell. What one of them throws ends the training; one that is wrapped in a <see cref="Progress{T}"/> is told later, on another thread.</param>
    public static IProgress<TrainingProgress> ToAll(params IReadOnlyList<IProgress<TrainingProgress>> listeners) => new Listeners([.. listeners]);

    sealed class Listeners(IProgress<TrainingProgress>[] listeners) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Array.ForEach(listeners, listener => listener.Report(value));
    }
}
