using ResNet.Torch;

namespace Samples;

/// <summary>A line for each epoch, and the way to it where the output is a terminal.</summary>
public sealed class EpochLines : IProgress<TrainingProgress>
{
    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (value.CompletedEpoch is { } epoch)
        {
            var validation = epoch.ValidationAccuracy is { } accuracy ? $"  validation accuracy {accuracy:F4}" : "";
            Console.WriteLine($"\repoch {epoch.Epoch}/{epoch.Epochs}  loss {epoch.TrainingLoss:F4}  accuracy {epoch.TrainingAccuracy:F4}{validation}  {epoch.Duration.TotalSeconds:F0} s");
        }
        else if (!Console.IsOutputRedirected)
        {
            Console.Write($"\repoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.StepsPerEpoch}  loss {value.Loss:F4} ");
        }
    }
}
