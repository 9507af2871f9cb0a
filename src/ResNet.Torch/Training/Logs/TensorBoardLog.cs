using ResNet.Torch.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.utils;

namespace ResNet.Torch;

/// <summary>
/// Writes event files for TensorBoard (<c>tensorboard --logdir FOLDER</c>). By epoch, counted from 1: <c>loss/training</c>, <c>loss/validation</c>,
/// <c>accuracy/training</c>, <c>accuracy/validation</c> and <c>learning_rate/epoch</c>; by step over all epochs, counted from 1: <c>loss/step</c> and <c>learning_rate/step</c>.
/// </summary>
/// <remarks>
/// A run that is resumed adds a file to the folder, and its steps go on where its epochs do. What the earlier run had logged of epochs that are trained
/// anew stays in that run's file, and TensorBoard shows both.
/// TorchSharp's writer opens, writes and closes the file at every value: a run that is killed leaves it readable, nothing is held open, and there is nothing to dispose.
/// </remarks>
public sealed class TensorBoardLog : IProgress<TrainingProgress>
{
    readonly int stepInterval;
    readonly SummaryWriter writer;

    /// <summary>Begins an event file.</summary>
    /// <param name="folder">The run's folder, made where there is none; a folder for each run lets TensorBoard compare them.</param>
    /// <param name="stepInterval">Steps from one that is logged to the next, at least 1; other steps are passed over. Default 10, as torchvision's references print.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public TensorBoardLog(string folder, int stepInterval = 10)
    {
        // The writer would choose a folder of its own for an empty one.
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepInterval, 1);
        TorchRuntime.Load();
        Folder = Path.GetFullPath(folder);
        this.stepInterval = stepInterval;
        SummaryWriter? made = null;
        LogFile.Write(Folder, () => made = tensorboard.SummaryWriter(Folder));
        writer = made!;
    }

    /// <summary>The full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Writes what is reported.</summary>
    /// <exception cref="IOException">The event file cannot be written.</exception>
    /// <exception cref="OverflowException">The step's number is above 2³¹ − 1, the writer's limit.</exception>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        LogFile.Write(Folder, () =>
        {
            if (value.CompletedEpoch is { } epoch)
                Write(epoch);
            else
                WriteStep(value);
        });
    }

    void Write(EpochMetrics epoch)
    {
        Scalar("loss/training", epoch.TrainingLoss, epoch.Epoch);
        Scalar("loss/validation", epoch.ValidationLoss, epoch.Epoch);
        Scalar("accuracy/training", epoch.TrainingAccuracy, epoch.Epoch);
        Scalar("accuracy/validation", epoch.ValidationAccuracy, epoch.Epoch);
        Scalar("learning_rate/epoch", epoch.LearningRate, epoch.Epoch);
    }

    void WriteStep(TrainingProgress progress)
    {
        var step = (progress.Epoch - 1L) * progress.StepsPerEpoch + progress.Step;
        if (step % stepInterval != 0)
            return;
        Scalar("loss/step", progress.Loss, step);
        Scalar("learning_rate/step", progress.LearningRate, step);
    }

    void Scalar(string tag, double? value, long step)
    {
        if (value is { } number)
            writer.add_scalar(tag, (float)number, checked((int)step));
    }
}
